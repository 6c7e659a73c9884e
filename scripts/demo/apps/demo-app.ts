import type { Context } from '../../../cli/context.ts'
import type { Story } from '../story.ts'

/** One numbered part of the demo. It throws when what it shows is not true. */
export interface Chapter {
  title: string
  play(context: Context, story: Story): Promise<void>
}

/** An app that the demo can show. `scripts/demo/apps.ts` lists them. */
export interface DemoApp {
  name: string
  /** What is built for it and how long that takes the first time, as the end of a sentence. */
  building: string
  /** Requests through the gateway to prove that it works. */
  show: Chapter
  /** For `--once`: killed instances are replaced, scaled ones answer. */
  exercise: Chapter[]
  /** Commands to try next, each with what it does. */
  next: [command: string, does: string][]
}
