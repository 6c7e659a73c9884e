import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../../../core/base/errors.ts'

/** The codes of RFC 1035, 4.1.1 that are an answer, even if it has no addresses. */
const NAME_ERROR = 3
/** RFC 1035, 3.2.2. */
const TYPE_A = 1

/** Milliseconds without data after which a server counts as silent. */
const PATIENCE_MS = 5000

/**
 * Asks one name server for the addresses of one name, over a single TCP connection: a thousand addresses fit
 * into an answer (RFC 1035, 4.2.2), and queries need no new connections.
 */
export class DnsTcp {
  readonly #host: string
  readonly #port: number
  readonly #question: Buffer
  #socket: Socket | undefined
  #received = Buffer.alloc(0)
  #waiting: { resolve(answer: Buffer): void; reject(error: Error): void } | undefined

  constructor(host: string, name: string, port = 8600) {
    this.#host = host
    this.#port = port
    this.#question = question(name)
  }

  /** The addresses of the name; none when it is unknown. One query at a time. */
  async ask(): Promise<string[]> {
    const answer = await this.#exchange().catch(async () => {
      // A server closes a connection that was idle for a while.
      await sleep(5)
      return await this.#exchange()
    })
    return addresses(answer)
  }

  close(): void {
    this.#socket?.destroy()
  }

  #exchange(): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      this.#connection().write(this.#question)
    })
  }

  #connection(): Socket {
    if (this.#socket && !this.#socket.destroyed) return this.#socket
    const socket = connect({ host: this.#host, port: this.#port, noDelay: true })
    this.#received = Buffer.alloc(0)
    const fail = (error: Error): void => {
      socket.destroy()
      this.#waiting?.reject(error)
    }
    socket.on('data', (chunk) => this.#take(chunk))
    socket.on('error', fail)
    socket.setTimeout(PATIENCE_MS, () =>
      fail(new ServiceFailure(`the name server at ${this.#host} is silent`)),
    )
    socket.on('end', () => fail(new ServiceFailure(`the name server at ${this.#host} closed the connection`)))
    this.#socket = socket
    return socket
  }

  /** An answer comes after two bytes with its length. */
  #take(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk])
    const length = this.#received.length < 2 ? Number.POSITIVE_INFINITY : this.#received.readUInt16BE(0)
    if (this.#received.length < length + 2) return
    const answer = this.#received.subarray(2, length + 2)
    this.#received = this.#received.subarray(length + 2)
    this.#waiting?.resolve(answer)
  }
}

/** A query for the A records of a name, preceded by its length. */
function question(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`${String.fromCharCode(label.length)}${label}`))
  const message = Buffer.concat([
    // Id 1, recursion desired, one question.
    Buffer.from([0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, TYPE_A, 0, 1]),
  ])
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** The A records in an answer. */
function addresses(message: Buffer): string[] {
  const code = (message[3] ?? 0) & 15
  if (code === NAME_ERROR) return []
  if (code !== 0) throw new ServiceFailure(`the name server answered with code ${code}`)
  const found: string[] = []
  let at = afterName(message, 12) + 4
  for (let left = message.readUInt16BE(6); left > 0; left--) {
    at = afterName(message, at)
    const length = message.readUInt16BE(at + 8)
    if (message.readUInt16BE(at) === TYPE_A) found.push(message.subarray(at + 10, at + 14).join('.'))
    at += 10 + length
  }
  return found
}

/** The offset after a name, which may end in a pointer (RFC 1035, 4.1.4). */
function afterName(message: Buffer, start: number): number {
  let at = start
  for (;;) {
    const length = message[at] ?? 0
    if (length >= 192) return at + 2
    if (length === 0) return at + 1
    at += length + 1
  }
}
