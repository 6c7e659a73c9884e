import { duration } from '../../cli/output.ts'

/** Prints what the demo does: numbered chapters, each with the time it took. */
export class Story {
  readonly #chapters: number
  readonly #started = Date.now()
  #told = 0

  constructor(chapters: number) {
    this.#chapters = chapters
  }

  /** Runs one chapter between its title and its time. */
  async chapter<T>(title: string, work: () => Promise<T>): Promise<T> {
    this.#told += 1
    const started = Date.now()
    this.say(`\n[${this.#told}/${this.#chapters}] ${title}`)
    const result = await work()
    this.say(`    ${duration(Date.now() - started)}`)
    return result
  }

  say(text: string): void {
    process.stdout.write(`${text}\n`)
  }

  end(): void {
    this.say(`\nAll done in ${duration(Date.now() - this.#started)}, and everything is as it was before.`)
  }
}
