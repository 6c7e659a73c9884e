import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it } from '@jest/globals'
import { KnownPlaces } from '../../../cli/proxy/known-places.ts'
import { type Front, listen } from '../../../cli/proxy/listen.ts'
import { tcpFront } from '../../../cli/proxy/tcp-front.ts'
import type { Place } from '../../../core/proxy/places.ts'

const running: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
})

/** An instance that says its name, then what it got, once its client has ended. */
async function instance(name: string): Promise<Front & { place: Place; server: Server }> {
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    const answer = async () => socket.end(`${name} got ${(await text(socket)).length}`)
    answer().catch(() => socket.destroy())
  })
  const front = await listen(server, 0, 'test')
  running.push(front)
  return { ...front, server, place: { instance: name, address: '127.0.0.1', port: front.port } }
}

async function proxyOf(read: () => Place[], told: string[] = []): Promise<Front> {
  const known = new KnownPlaces(async () => read())
  const front = await listen(
    tcpFront(known, (sentence) => told.push(sentence)),
    0,
    'test',
  )
  running.push(front)
  return front
}

const connections = promisify<{ server: Server }, number>(({ server }, done) => server.getConnections(done))

const client = (port: number): Socket => connect({ host: '127.0.0.1', port, allowHalfOpen: true })

async function exchange(port: number, sent: string): Promise<string> {
  const socket = client(port)
  socket.end(sent)
  return await text(socket)
}

describe('a private service at a port of this machine', () => {
  it('passes on the end of what a client sends and leaves the way back open', async () => {
    const a = await instance('a')
    const { port } = await proxyOf(() => [a.place])
    expect(await exchange(port, 'x'.repeat(3_000_000))).toBe('a got 3000000')
  })

  it('serves connections side by side, each by the next instance', async () => {
    const [a, b] = [await instance('a'), await instance('b')]
    const { port } = await proxyOf(() => [a.place, b.place])
    const all = await Promise.all(Array.from({ length: 20 }, () => exchange(port, 'hello')))
    expect(all.filter((said) => said === 'a got 5')).toHaveLength(10)
    expect(all.filter((said) => said === 'b got 5')).toHaveLength(10)
  })

  it('ends what is under way with an instance that goes, and hands the next on to another', async () => {
    const [a, b] = [await instance('a'), await instance('b')]
    const { port } = await proxyOf(() => [a.place, b.place])
    const held = client(port)
    held.on('error', () => undefined).write('half')
    while ((await connections(a)) === 0) await sleep(10)
    await a.close()
    await once(held.resume(), 'end')
    held.destroy()
    const all = await Promise.all(Array.from({ length: 4 }, () => exchange(port, 'hello')))
    expect(all).toEqual(Array(4).fill('b got 5'))
  })

  it('waits for an instance while none takes the connection', async () => {
    const a = await instance('a')
    const places: Place[] = []
    const { port } = await proxyOf(() => places)
    const answer = exchange(port, 'hello')
    setTimeout(() => places.push(a.place), 300)
    expect(await answer).toBe('a got 5')
  })

  it('says so when nobody knows where an instance is', async () => {
    const told: string[] = []
    const { port } = await proxyOf(() => {
      throw new Error('Consul has no leader')
    }, told)
    await expect(exchange(port, 'hello')).rejects.toThrow('ECONNRESET')
    expect(told).toEqual(['Consul has no leader'])
  })

  it('refuses a port that another program has, and names the next', async () => {
    const a = await instance('a')
    await expect(listen(createServer(), a.port, 'nanofleet proxy shop db')).rejects.toThrow(
      `port ${a.port}: another program has it; name another one: "nanofleet proxy shop db ${a.port + 1}", or 0 for any`,
    )
  })
})
