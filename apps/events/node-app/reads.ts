import { resolve4 } from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { noneIfUnknown } from '../../lib/unknown-name.ts'

/** What a reader says of a record, as `go-app` sends it. */
export interface Read {
  id: string
  key: string
  topic: string
  partition: number
  offset: number
  instance: string
  attempt: number
  outcome: 'done' | 'dead'
}

const LOOK_MS = 1000

/** `host:port` of readers, as DNS has them now. */
export type Find = () => Promise<string[]>

/** @param place such as `go-app.service.consul:8081`; several, with commas, on a developer's machine */
export function readersAt(place: string): Find {
  return async () => {
    const found = await Promise.all(
      place.split(',').map(async (one) => {
        const [host = '', port = ''] = one.split(':')
        if (/^[\d.]+$/.test(host)) return [one]
        const addresses = await resolve4(host).catch(noneIfUnknown)
        return addresses.map((address) => `${address}:${port}`)
      }),
    )
    return found.flat()
  }
}

/** Listens to every reader that there is, and says what each of them has read. */
export class Readers {
  readonly #find: Find
  readonly #told: (read: Read) => void
  readonly #open = new Map<string, AbortController>()
  readonly #closing = new AbortController()

  constructor(find: Find, told: (read: Read) => void) {
    this.#find = find
    this.#told = told
  }

  /** How many are listened to. */
  get count(): number {
    return this.#open.size
  }

  /** Looks for readers every second until it is closed. */
  async follow(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      // A failing name service says nothing about the readers: those that are known stay.
      const now = await this.#find().catch(() => [...this.#open.keys()])
      for (const [address, stream] of this.#open) if (!now.includes(address)) stream.abort()
      for (const address of now) if (!this.#open.has(address)) void this.#listen(address)
      await pause(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined)
    }
  }

  close(): void {
    this.#closing.abort()
    for (const controller of this.#open.values()) controller.abort()
  }

  async #listen(address: string): Promise<void> {
    const controller = new AbortController()
    this.#open.set(address, controller)
    try {
      const headers = { accept: 'text/event-stream' }
      const answer = await fetch(`http://${address}/reads`, { headers, signal: controller.signal })
      if (answer.ok && answer.body) for await (const read of readsIn(answer.body)) this.#told(read)
      else await answer.body?.cancel()
    } catch {
      // It went, or is not there yet; the next look finds it if it comes back.
    } finally {
      this.#open.delete(address)
    }
  }
}

/** The records in a stream of server-sent events. */
export async function* readsIn(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Read> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of stream) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/)
    rest = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = block.split(/\r?\n/).filter((line) => line.startsWith('data:'))
      const read = parsed(data.map((line) => line.slice('data:'.length)).join('\n'))
      if (read) yield read
    }
  }
}

function parsed(text: string): Read | undefined {
  try {
    const read = JSON.parse(text) as Partial<Read>
    return typeof read.id === 'string' && typeof read.instance === 'string' ? (read as Read) : undefined
  } catch {
    return undefined
  }
}
