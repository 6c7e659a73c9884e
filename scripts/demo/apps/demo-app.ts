import type { Context } from '../../../cli/context.ts'
import type { Story } from '../story.ts'

/** One numbered part of the story. It throws when what it shows is not so. */
export interface Chapter {
  title: string
  play(context: Context, story: Story): Promise<void>
}

/** An app that the demo can show. `scripts/demo/apps.ts` lists them. */
export interface DemoApp {
  name: string
  /** What is built for it and how long that takes at first, as the end of a sentence. */
  building: string
  /** Requests through the gateway that prove that it works. */
  show: Chapter
  /** For `--once`: what is killed heals, what is scaled answers. */
  exercise: Chapter[]
  /** Commands to try next, each with what it does. */
  next: [command: string, does: string][]
}
