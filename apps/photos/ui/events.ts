import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Match } from '../../lib/routes.ts'
import { onStop } from '../../lib/stopping.ts'
import type { Task } from '../lib/task.ts'
import { addressOf, type Most, Places } from './client.ts'
import type { Feed, Listener } from './feed.ts'

/** Load balancers close a connection that is silent for 60 s. */
const HEARTBEAT_MS = 15_000

/**
 * A client with this many unread bytes is gone or too slow, and is better served by a new connection later.
 */
const UNREAD_BYTES = 1_000_000

/**
 * After SIGTERM: by then no load balancer sends new connections here, so browsers reconnect to another
 * instance.
 */
const LEAVE_MS = 2000

/** Without a time to start from, the last seconds are sent. */
const RECENT_MS = 10_000

/**
 * A browser that was away for longer than this starts from here; its page shows older changes when it is
 * loaded again. Anyone may ask, and each second asked for is read from the table.
 */
const REPLAY_MS = 15 * 60_000

/** Each page has one stream; an office or a phone network may be behind one address. */
const STREAMS: Most = { each: 100, all: 2000 }

/** Server-sent events to browsers. */
export class Events {
  readonly #feed: Feed
  readonly #streams = new Set<ServerResponse>()
  readonly #places: Places

  constructor(feed: Feed, heartbeatMs = HEARTBEAT_MS, most: Most = STREAMS) {
    this.#feed = feed
    this.#places = new Places(most)
    setInterval(() => this.#beat(), heartbeatMs).unref()
    onStop(() => setTimeout(() => this.end(), LEAVE_MS))
  }

  /**
   * `GET /events`: changes since `Last-Event-ID`, or since the query's `since`, and all later ones.
   * @throws {Refusal} 429, 503 when too many are open
   */
  async open(request: IncomingMessage, response: ServerResponse, { query }: Match): Promise<void> {
    const asked = timeOf(request.headers['last-event-id'] ?? query.get('since')) ?? Date.now() - RECENT_MS
    const since = Math.max(asked, Date.now() - REPLAY_MS)
    const leave = this.#places.take(addressOf(request), 'open pages')
    response.once('close', leave)
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    if (request.method === 'HEAD') {
      response.end()
      return
    }
    response.write('retry: 1000\n\n')
    this.#streams.add(response)
    response.once('close', () => this.#streams.delete(response))
    await this.#feed.join(toListener(response), since)
  }

  /** Ends every stream; browsers reconnect after a second. */
  end(): void {
    for (const response of this.#streams) response.end()
  }

  #beat(): void {
    for (const response of this.#streams) send(response, ': alive\n\n')
  }
}

/** An event's id is the time of its change: any instance can continue from it. */
function toListener(response: ServerResponse): Listener {
  return {
    changed(tasks) {
      const events = tasks.map(
        (task: Task) => `id: ${task.changedAt}\nevent: task\ndata: ${JSON.stringify(task)}\n\n`,
      )
      send(response, events.join(''))
    },
    trouble(sentence) {
      send(response, `event: trouble\ndata: ${JSON.stringify({ sentence })}\n\n`)
    },
    get closed() {
      return response.destroyed || response.writableEnded
    },
  }
}

function send(response: ServerResponse, text: string): void {
  if (response.destroyed || response.writableEnded || text === '') return
  response.write(text)
  if (response.writableLength > UNREAD_BYTES) response.destroy()
}

function timeOf(text: string | string[] | null | undefined): number | undefined {
  const time = Number(text || Number.NaN)
  return Number.isSafeInteger(time) && time >= 0 ? time : undefined
}
