import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from '@jest/globals'
import { ConsulNames } from '../../../adapters/consul/names.ts'

const sockets: Socket[] = []
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close()
})

const labels = (name: string): Buffer =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)])),
    Buffer.from([0]),
  ])

/** An answer's record whose name points at the question. */
function record(type: number, data: Buffer): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, 0])
  head.writeUInt16BE(data.length, 10)
  return Buffer.concat([head, data])
}

const A = (address: string): Buffer => record(1, Buffer.from(address.split('.').map(Number)))
const SRV = (port: number, name: string): Buffer =>
  record(33, Buffer.concat([Buffer.from([0, 1, 0, 1, port >> 8, port & 255]), labels(name)]))

/** A name server that knows these names, as Consul's does. */
async function server(known: Record<string, Buffer[]>): Promise<string> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.on('message', (question, from) => {
    const end = question.indexOf(0, 12) + 5
    const name = Object.keys(known).find((each) => question.subarray(12).indexOf(labels(each)) === 0)
    const records = name === undefined ? [] : (known[name] ?? [])
    const head = Buffer.alloc(12)
    question.copy(head, 0, 0, 2)
    head.writeUInt16BE(0x8180 | (name === undefined ? 3 : 0), 2)
    head.writeUInt16BE(1, 4)
    head.writeUInt16BE(records.length, 6)
    socket.send(Buffer.concat([head, question.subarray(12, end), ...records]), from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return `127.0.0.1:${socket.address().port}`
}

describe("the places of a service by Consul's DNS", () => {
  it('are its instances inside the network, each with its port, and never another address', async () => {
    const names = new ConsulNames(
      [
        await server({
          'web.service.consul': [
            SRV(8080, '0a4d0001.addr.dc1.consul'),
            SRV(8081, '0a4d0002.addr.dc1.consul'),
            SRV(80, 'metadata.addr.dc1.consul'),
            SRV(0, '0a4d0003.addr.dc1.consul'),
          ],
          '0a4d0001.addr.dc1.consul': [A('10.77.0.1')],
          '0a4d0002.addr.dc1.consul': [A('10.77.0.2')],
          '0a4d0003.addr.dc1.consul': [A('10.77.0.3')],
          'metadata.addr.dc1.consul': [A('169.254.169.254')],
        }),
      ],
      '10.77.0.0/16',
    )
    const places = await names.places('web', 9)
    expect(places.map(({ address, port }) => `${address}:${port}`).sort()).toEqual([
      '10.77.0.1:8080',
      '10.77.0.2:8081',
    ])
    expect(await names.places('web', 1).then(({ length }) => length)).toBeLessThan(2)
    expect(await names.places('nobody', 3)).toEqual([])
  })

  it('are unknown while no server answers', async () => {
    const names = new ConsulNames(['127.0.0.1:9'], '10.77.0.0/16')
    await expect(names.places('web', 3)).rejects.toThrow(/^Consul's DNS does not answer: .*ECONNREFUSED/)
  })
})
