import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

/** Codes of RFC 1035, 4.1.1. */
const RCODE = { found: 0, nxdomain: 3, refused: 5 }

/**
 * A name server for A queries: it answers known names, NXDOMAIN for others under `.consul`, and REFUSED for
 * the rest.
 */
export class DnsStub {
  readonly asked: string[] = []
  readonly #socket: Socket = createSocket('udp4')
  readonly #names: Record<string, string[]>

  constructor(names: Record<string, string[]>) {
    this.#names = names
    this.#socket.on('message', (question, from) => {
      this.#socket.send(this.#answer(question), from.port, from.address)
    })
  }

  /** Resolves to `host:port`. */
  async start(): Promise<string> {
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
    return `127.0.0.1:${this.#socket.address().port}`
  }

  stop(): void {
    this.#socket.close()
  }

  #answer(question: Buffer): Buffer {
    const [name, end] = readName(question)
    this.asked.push(name)
    const wantsA = question.readUInt16BE(end) === 1
    const known = this.#names[name]
    const addresses = wantsA ? (known ?? []) : []
    const code = known ? RCODE.found : name.endsWith('.consul') ? RCODE.nxdomain : RCODE.refused
    const head = Buffer.alloc(12)
    question.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | code, 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(addresses.length, 6)
    return Buffer.concat([head, question.subarray(12, end + 4), ...addresses.map(record)])
  }
}

/** The first question's name and the offset after it. */
function readName(message: Buffer): [string, number] {
  const labels: string[] = []
  let at = 12
  for (let length = message[at] ?? 0; length > 0; length = message[at] ?? 0) {
    labels.push(message.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return [labels.join('.').toLowerCase(), at + 1]
}

/** An A record whose name points at the question, time to live 0. */
function record(address: string): Buffer {
  const bytes = address.split('.').map(Number)
  return Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, ...bytes])
}
