import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from '@jest/globals'
import { Peer } from '../../../apps/lib/peer.ts'
import { listening } from './listening.ts'

const open: Server[] = []
afterEach(() => {
  for (const server of open.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function instance(listener: RequestListener): Promise<string> {
  const { server, address } = await listening(listener)
  open.push(server)
  return address
}

const saying = (word: string) => instance((_request, response) => response.end(word))
const echoing = () => instance(async (request, response) => response.end(await text(request)))

/** A port that nobody listens on. */
async function nobody(): Promise<string> {
  const probe = createServer()
  const { promise, resolve } = Promise.withResolvers<number>()
  probe.listen(0, '127.0.0.1', () => resolve((probe.address() as { port: number }).port))
  const port = await promise
  probe.close()
  return `127.0.0.1:${port}`
}

const peer = (...addresses: string[]) => new Peer('db', async () => addresses)
const said = async (response: Response) => response.text()

describe('A peer', () => {
  it('asks its instances in turn', async () => {
    const db = peer(await saying('a'), await saying('b'), await saying('c'))
    const words: string[] = []
    for (let asked = 0; asked < 9; asked += 1) words.push(await said(await db.fetch('/')))
    expect(words.toSorted().join('')).toBe('aaabbbccc')
    expect(words.slice(0, 3)).toEqual(words.slice(3, 6))
  })

  it('starts anywhere', async () => {
    const addresses = [await saying('a'), await saying('b')]
    const first = async () => said(await peer(...addresses).fetch('/'))
    const words = new Set<string>()
    for (let asked = 0; asked < 50 && words.size < 2; asked += 1) words.add(await first())
    expect(words.size).toBe(2)
  })

  it('moves on to the next instance when one refuses, even with a stream, and leaves that one out', async () => {
    const refusing = await nobody()
    const db = peer(refusing, await echoing())
    for (let asked = 0; asked < 4; asked += 1) {
      const body = Readable.from([Buffer.from('a '), Buffer.from('stream')])
      expect(await said(await db.fetch('/', { method: 'POST', body }))).toBe('a stream')
    }
  })

  it('repeats a request with a lost answer only when allowed', async () => {
    let seen = 0
    const hangingUp = await instance((request) => {
      seen += 1
      request.socket.destroy()
    })
    const db = peer(hangingUp)
    await expect(db.fetch('/', { method: 'POST', body: '{}' })).rejects.toMatchObject({
      status: 503,
      message: 'db does not answer; try again in a few seconds.',
    })
    expect(seen).toBe(1)
    const both = peer(hangingUp, await saying('here'))
    for (let asked = 0; asked < 3; asked += 1) {
      expect(await said(await both.fetch('/', { method: 'POST', body: '{}', again: true }))).toBe('here')
    }
    expect(seen).toBeLessThanOrEqual(2)
  })

  it('never sends a stream twice', async () => {
    let seen = 0
    const hangingUp = await instance((request) => {
      seen += 1
      request.socket.destroy()
    })
    const db = peer(hangingUp)
    const body = Readable.from([Buffer.from('once')])
    await expect(db.fetch('/', { method: 'POST', body, again: true })).rejects.toMatchObject({ status: 503 })
    expect(seen).toBe(1)
  })

  it('turns from a silent instance to the next one', async () => {
    const db = peer(await instance(() => {}), await saying('here'))
    for (let asked = 0; asked < 2; asked += 1) {
      expect(await said(await db.fetch('/', { again: true, timeoutMs: 600 }))).toBe('here')
    }
  })

  it('waits for a name that does not resolve yet', async () => {
    const address = await saying('late')
    let asked = 0
    const db = new Peer('db', async () => {
      asked += 1
      if (asked === 1) throw new Error('no such name')
      return asked < 3 ? [] : [address]
    })
    expect(await said(await db.fetch('/'))).toBe('late')
  })

  it('gives up after the time limit', async () => {
    const begun = Date.now()
    await expect(peer().fetch('/', { timeoutMs: 250 })).rejects.toMatchObject({ status: 503 })
    await expect(peer(await nobody()).fetch('/', { timeoutMs: 250 })).rejects.toMatchObject({ status: 503 })
    expect(Date.now() - begun).toBeLessThan(3000)
  })

  it('asks for the addresses at most once a second, and keeps those it has when that fails', async () => {
    const address = await saying('here')
    let asked = 0
    const db = new Peer('db', async () => {
      asked += 1
      if (asked > 1) throw new Error('no leader')
      return [address]
    })
    await Promise.all(Array.from({ length: 20 }, async () => said(await db.fetch('/'))))
    expect(asked).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect(await said(await db.fetch('/'))).toBe('here')
    expect(asked).toBe(2)
  })

  it('passes an answer on unchanged', async () => {
    const address = await instance((_request, response) => {
      response.writeHead(409, { 'content-type': 'text/plain', 'x-kind': 'stale' }).end('no')
    })
    const response = await peer(address).fetch('/task/1')
    expect([response.status, response.headers.get('x-kind'), await said(response)]).toEqual([
      409,
      'stale',
      'no',
    ])
    const empty = peer(await instance((_request, response) => response.writeHead(204).end()))
    expect((await empty.fetch('/')).status).toBe(204)
  })

  it('ends with the caller', async () => {
    const db = peer(await instance(() => {}))
    const signal = AbortSignal.timeout(50)
    await expect(db.fetch('/', { signal, again: true })).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('sends text, bytes, forms and blobs', async () => {
    const db = peer(await echoing())
    const form = new FormData()
    form.set('image', new Blob(['bytes']), 'a.png')
    const send = async (body: RequestInit['body']) =>
      said(await db.fetch('/', { method: 'POST', body: body ?? null }))
    expect(await send('text')).toBe('text')
    expect(await send(Buffer.from('bytes'))).toBe('bytes')
    expect(await send(new Blob(['blob']))).toBe('blob')
    expect(await send(new URLSearchParams({ a: '1' }))).toBe('a=1')
    expect(await send(form)).toContain('filename="a.png"')
  })
})
