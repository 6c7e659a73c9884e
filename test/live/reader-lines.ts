import { setTimeout as sleep } from 'node:timers/promises'
import { logLines, serviceLogGroup } from '../../adapters/aws/log-events.ts'
import type { Context } from '../../cli/context.ts'
import { type Handled, idOf } from '../bench/lib/events-judge.ts'

export const READER = 'go-app'

/** Lines are a while on their way to the log. */
const LATE_MS = 20_000

/**
 * What instances of `go-app` have said about some events, collected while they say it: the region keeps the
 * latest lines only.
 */
export class ReaderLines {
  readonly #context: Context
  readonly #wanted: ReadonlySet<string>
  readonly #found = new Map<string, Handled>()
  readonly #ids = new Set<string>()
  readonly #following: Promise<void>
  #ended = false

  constructor(context: Context, wanted: ReadonlySet<string>) {
    this.#context = context
    this.#wanted = wanted
    this.#following = this.#follow()
    // The one that waits for the end gets it.
    this.#following.catch(() => undefined)
  }

  /** Resolves when this many events are read, or none was for two minutes. */
  async until(count: number, say: (text: string) => void): Promise<void> {
    let last = { size: -1, at: 0 }
    while (this.#ids.size < count) {
      if (this.#ids.size !== last.size) last = { size: this.#ids.size, at: Date.now() }
      if (Date.now() - last.at > 120_000) return
      say(`${this.#ids.size} of ${count} events are read`)
      await sleep(2000)
    }
  }

  /** All lines, in the order of each instance. */
  async end(): Promise<Handled[]> {
    this.#ended = true
    await this.#following
    return [...this.#found.values()]
  }

  async #follow(): Promise<void> {
    const { stage, logs } = this.#context
    const group = serviceLogGroup(stage, 'events', READER)
    for (let last = false; !last; ) {
      // Once more after the end.
      last = this.#ended
      for (const { text, instance } of await logLines(logs(), group, Date.now() - LATE_MS)) {
        const place = `${instance} ${text}`
        const handled = this.#found.has(place) ? undefined : about(text, this.#wanted)
        if (!handled) continue
        this.#found.set(place, handled)
        this.#ids.add(handled.id)
      }
      if (!last) await sleep(2000)
    }
  }
}

/** A line may be cut in two where its writer was killed. */
function about(text: string, wanted: ReadonlySet<string>): Handled | undefined {
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined
  const line = JSON.parse(text) as Handled & { body?: string }
  if (line.outcome === undefined || line.body === undefined) return undefined
  const id = idOf({ value: `{"body":${line.body}}` })
  return wanted.has(id) ? { ...line, id } : undefined
}
