import { createClient, RESP_TYPES } from 'redis'
import { StorageTrouble } from './cart-store.ts'

/** How long a command may wait for a connection, and then for its answer. */
const QUEUE_MS = 2000
const ANSWER_MS = 3000

/** The pause between attempts to connect: doubles from the first to the last. */
const FIRST_PAUSE_MS = 50
const LAST_PAUSE_MS = 500

export type RedisClient = ReturnType<typeof clientFor>

/**
 * One connection to Redis, reopened whenever it breaks. Each attempt resolves the name again, so a Redis that
 * moved to another address is found. Commands wait 2 s for the connection; those under way when it breaks
 * fail.
 */
export class RedisConnection {
  readonly #host: string
  readonly #port: number
  readonly #log: (line: string) => void
  #client: RedisClient | undefined

  constructor(host: string, port: number, log: (line: string) => void) {
    this.#host = host
    this.#port = port
    this.#log = log
  }

  /** @throws StorageTrouble when Redis does not answer, or answers with an error */
  async run<T>(work: (client: RedisClient) => Promise<T>): Promise<T> {
    this.#client ??= this.#open()
    const client = this.#client
    try {
      return await within(ANSWER_MS, work(client))
    } catch (cause) {
      if (cause instanceof Silence) this.#drop(client)
      this.#log(`Redis at ${this.#host}:${this.#port}: ${cause}`)
      throw new StorageTrouble('The carts are unavailable right now; try again in a few seconds.', { cause })
    }
  }

  close(): void {
    if (this.#client !== undefined) this.#drop(this.#client)
  }

  #open(): RedisClient {
    const client = clientFor(this.#host, this.#port)
    const place = `${this.#host}:${this.#port}`
    let isLost = false
    client.on('ready', () => {
      isLost = false
      this.#log(`connected to Redis at ${place}`)
    })
    client.on('error', (error: Error) => {
      if (!isLost) this.#log(`no connection to Redis at ${place}, still trying: ${error.message}`)
      isLost = true
    })
    // It keeps trying until it is dropped, and only then rejects.
    client.connect().catch(() => undefined)
    return client
  }

  /** A machine that is powered off closes no connection: only a new connection finds its successor. */
  #drop(client: RedisClient): void {
    if (this.#client === client) this.#client = undefined
    client.destroy()
  }
}

class Silence extends Error {
  override name = 'Silence'
}

const clientFor = (host: string, port: number) =>
  createClient({
    RESP: 2,
    socket: {
      host,
      port,
      connectTimeout: QUEUE_MS,
      reconnectStrategy: (retries) => Math.min(FIRST_PAUSE_MS * 2 ** retries, LAST_PAUSE_MS),
    },
    commandOptions: { timeout: QUEUE_MS, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
    commandsQueueMaxLength: 10_000,
    maintNotifications: 'disabled',
    disableClientInfo: true,
  })

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const limit = setTimeout(() => reject(new Silence(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work, promise])
  } finally {
    clearTimeout(limit)
  }
}
