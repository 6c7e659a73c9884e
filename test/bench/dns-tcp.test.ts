import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { DnsTcp } from './lib/dns-tcp.ts'

/** The bytes before the question (RFC 1035, 4.1.1). */
const HEAD = 12

describe('DNS queries over TCP', () => {
  let server: Server | undefined
  afterEach(() => {
    server?.close()
  })

  /** A name server that answers each query with the next of these answers, in pieces. */
  const serving = async (...answers: Buffer[]): Promise<DnsTcp> => {
    const left = [...answers]
    server = createServer((socket) =>
      socket.on('data', (question) => {
        const answer = left.shift() ?? Buffer.alloc(0)
        // Its header, the question as received, its records.
        const asked = question.subarray(2 + HEAD)
        const message = Buffer.concat([answer.subarray(0, HEAD), asked, answer.subarray(HEAD)])
        const whole = Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message])
        socket.write(whole.subarray(0, 7))
        setTimeout(() => socket.write(whole.subarray(7)), 5)
      }),
    ).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new DnsTcp('127.0.0.1', 'web.service.consul', (server.address() as AddressInfo).port)
  }
  const head = (code: number, answers: number): Buffer =>
    Buffer.from([0, 1, 0x81, 0x80 | code, 0, 1, 0, answers, 0, 0, 0, 0])
  /** Its name points at the question's. */
  const record = (type: number, data: number[]): Buffer =>
    Buffer.from([192, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, data.length, ...data])

  it('return the addresses from an answer that comes in pieces, and none for an unknown name', async () => {
    const found = [record(1, [127, 0, 0, 7]), record(16, [1, 65]), record(1, [127, 0, 1, 200])]
    const dns = await serving(Buffer.concat([head(0, 3), ...found]), head(3, 0))
    expect(await dns.ask()).toEqual(['127.0.0.7', '127.0.1.200'])
    expect(await dns.ask()).toEqual([])
    dns.close()
  })

  it('treat a refusal as an error', async () => {
    const dns = await serving(head(5, 0))
    await expect(dns.ask()).rejects.toThrow('the name server answered with code 5')
    dns.close()
  })
})
