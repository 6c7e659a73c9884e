import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises'
import { createClient, RESP_TYPES } from 'redis'

/** A Redis beside this program answers in a millisecond; one that takes this long is suspected. */
const ANSWER_MS = 250
/** The pause before a suspected one is asked again doubles from the first to the last. */
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 1000

export type RedisClient = ReturnType<typeof clientFor>

/** What a replica tells. */
export interface ReplicaEvents {
  log(line: string): void
  /** It answers, for the first time or again. */
  answers(replica: RedisReplica): void
}

/**
 * One Redis and what is believed of it. One that is late once is suspected: nobody asks it anything until it
 * has answered a PING on a new connection. So a Redis that hangs costs a request 250 ms, once.
 */
export class RedisReplica {
  readonly place: string
  /** It may not have what others have: it is new, or a write did not reach it. */
  isBehind = true
  /** Resolves when it has answered or failed for the first time. */
  readonly tried: Promise<void>
  readonly #host: string
  readonly #port: number
  readonly #events: ReplicaEvents
  readonly #closed = new AbortController()
  #client: RedisClient | undefined
  #connecting: RedisClient | undefined
  #pauseMs = FIRST_PAUSE_MS

  constructor(host: string, port: number, events: ReplicaEvents) {
    this.place = `${host}:${port}`
    this.#host = host
    this.#port = port
    this.#events = events
    this.tried = this.#connect()
  }

  get isUp(): boolean {
    return this.#client !== undefined
  }

  /** @throws when it does not answer in time, or answers with an error; then it is suspected */
  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    const client = this.#client
    if (client === undefined) throw new Silence(`Redis at ${this.place} is suspected`)
    try {
      return await inTime(work(client))
    } catch (error) {
      this.#suspect(client, error as Error)
      throw error
    }
  }

  close(): void {
    this.#closed.abort()
    for (const client of [this.#client, this.#connecting]) if (client) end(client)
    this.#client = undefined
  }

  /** One attempt; after a failure the next one follows by itself. */
  async #connect(): Promise<void> {
    const client = clientFor(this.#host, this.#port)
    this.#connecting = client
    client.on('error', (error: Error) => this.#suspect(client, error))
    try {
      await inTime(client.connect().then(() => client.ping()))
      if (this.#closed.signal.aborted) return end(client)
      this.#client = client
      this.#pauseMs = FIRST_PAUSE_MS
      this.#events.log(`Redis at ${this.place} answers`)
      this.#events.answers(this)
    } catch {
      end(client)
      this.#later()
    }
  }

  #suspect(client: RedisClient, why: Error): void {
    if (this.#client !== client) return
    this.#client = undefined
    // What it was sent may not have reached it.
    this.isBehind = true
    end(client)
    this.#events.log(`Redis at ${this.place} is suspected: ${why.message}`)
    this.#later()
  }

  #later(): void {
    const { signal } = this.#closed
    const wait = this.#pauseMs
    this.#pauseMs = Math.min(wait * 2, LAST_PAUSE_MS)
    pause(wait, undefined, { signal }).then(
      () => this.#connect(),
      () => undefined,
    )
  }
}

/** Drops the connection and what waits for an answer. */
function end(client: RedisClient): void {
  if (client.isOpen) client.destroy()
}

class Silence extends Error {
  override name = 'Silence'
}

const clientFor = (host: string, port: number) =>
  createClient({
    RESP: 2,
    socket: { host, port, connectTimeout: ANSWER_MS, reconnectStrategy: false },
    commandOptions: { typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    commandsQueueMaxLength: 10_000,
    disableOfflineQueue: true,
    maintNotifications: 'disabled',
    disableClientInfo: true,
  })

/** @throws Silence when the work takes longer than a Redis may */
async function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const limit = setTimeout(() => {
    // This program may have been late itself: what has arrived meanwhile is read first.
    turn().then(() => reject(new Silence(`no answer within ${ANSWER_MS} ms`)))
  }, ANSWER_MS)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(limit)
  }
}
