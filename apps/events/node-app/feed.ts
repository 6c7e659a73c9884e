import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/** Load balancers close a connection that is silent for 60 s. */
const HEARTBEAT_MS = 15_000
/** A client with this many unread bytes is better served by a new connection later. */
const UNREAD_BYTES = 1_000_000
/** What a page that opens later is told of what happened before. */
const KEPT = 200
const STREAMS = 500

/** Tells pages what happens, as server-sent events. */
export class Feed {
  readonly #streams = new Set<ServerResponse>()
  readonly #kept: string[] = []

  constructor(heartbeatMs = HEARTBEAT_MS) {
    setInterval(() => {
      for (const stream of this.#streams) write(stream, ': alive\n\n')
    }, heartbeatMs).unref()
  }

  tell(event: 'written' | 'read', facts: object): void {
    const text = `event: ${event}\ndata: ${JSON.stringify(facts)}\n\n`
    this.#kept.push(text)
    if (this.#kept.length > KEPT) this.#kept.shift()
    for (const stream of this.#streams) write(stream, text)
  }

  /** `GET /feed`: what happened lately, then all that happens. A page knows what it has seen by its id. */
  readonly open = (request: IncomingMessage, response: ServerResponse): void => {
    if (this.#streams.size >= STREAMS)
      throw new Refusal(503, 'Too many pages are open; try again in a few seconds.')
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    response.write(`retry: 1000\n\n${this.#kept.join('')}event: live\ndata: {}\n\n`)
    this.#streams.add(response)
    response.once('close', () => this.#streams.delete(response))
  }

  /** Ends every stream; browsers come back after a second. */
  end(): void {
    for (const stream of this.#streams) stream.end()
  }
}

function write(stream: ServerResponse, text: string): void {
  if (stream.destroyed || stream.writableEnded) return
  stream.write(text)
  if (stream.writableLength > UNREAD_BYTES) stream.destroy()
}
