import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { checkTools } from '../../scripts/lib/places.mjs'

/** An event as `kafka_writer.py` puts it into the topic. */
export interface WrittenEvent {
  id: string
  key: string
  at: string
  version: string
  instance: string
  body: unknown
}

/**
 * Programs that write events with librdkafka, each those of its own keys. One that is killed is replaced by
 * another, which writes again in order what was not confirmed.
 */
export class Writers {
  readonly acknowledged = new Set<string>()
  readonly #running = new Map<number, ChildProcess>()
  readonly #settings: Record<string, string>
  readonly #topic: string
  readonly #pause: number
  starts = 0

  /** @param pause seconds between two events of one program */
  constructor(settings: Record<string, string>, topic: string, pause: number) {
    this.#settings = settings
    this.#topic = topic
    this.#pause = pause
  }

  /** Resolves when every event is confirmed. */
  async write(shares: WrittenEvent[][]): Promise<void> {
    await Promise.all(shares.map((share, index) => this.#writeShare(index, share)))
  }

  /** Kills one of those that run, if any does. @param choice from 0 up to 1 */
  kill(choice: number): boolean {
    const running = [...this.#running.values()]
    return running[Math.floor(choice * running.length)]?.kill('SIGKILL') ?? false
  }

  async #writeShare(index: number, share: WrittenEvent[]): Promise<void> {
    for (;;) {
      const left = share.filter(({ id }) => !this.acknowledged.has(id))
      if (left.length === 0) return
      this.starts += 1
      const program = join(import.meta.dirname, 'kafka_writer.py')
      const child = spawn(join(checkTools, 'bin/python'), [program], { stdio: ['pipe', 'pipe', 'ignore'] })
      this.#running.set(index, child)
      const input = { settings: this.#settings, topic: this.#topic, pause: this.#pause, events: left }
      // It may be killed before it has read everything.
      child.stdin.on('error', () => undefined)
      child.stdin.end(JSON.stringify(input))
      const ended = once(child, 'exit')
      for await (const line of createInterface({ input: child.stdout }))
        if (!line.startsWith('!')) this.acknowledged.add(line)
      await ended
      this.#running.delete(index)
    }
  }
}
