import { once } from 'node:events'
import { request } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import { group, Rig, until } from './rig.ts'

const hello =
  (text: string) =>
  (_request: unknown, response: { end(text: string): unknown }): void => {
    response.end(text)
  }

describe('The gateway', () => {
  it("alternates over the targets of the host's group", async () => {
    await using rig = await Rig.start()
    rig.expose({ web: [await rig.target('i-1', hello('one')), await rig.target('i-2', hello('two'))] })
    await until('both are healthy', () => rig.region.healthOf('web', keyOf(rig, 1))?.state === 'healthy')
    await until('both are healthy', () => rig.region.healthOf('web', keyOf(rig, 0))?.state === 'healthy')
    const bodies = []
    for (let count = 0; count < 6; count += 1) bodies.push((await rig.ask('web.localhost')).body)
    expect(bodies.filter((body) => body === 'one')).toHaveLength(3)
    expect(bodies[0]).not.toBe(bodies[1])
  })

  it('uses TLS with the targets of an HTTPS group, whoever signed their certificates', async () => {
    await using rig = await Rig.start()
    const { key, certificate } = randomSecrets.authority()
    const secure = createSecureServer({ key, cert: certificate }, hello('secret'))
    await rig.listen(secure)
    const { address, port } = secure.address() as AddressInfo
    rig.expose(
      { web: [{ id: 'i-1', port, address, state: 'registered' }] },
      { protocol: 'HTTPS', healthCheck: { ...group('').healthCheck, protocol: 'HTTPS' } },
    )
    await until('it is healthy', () => rig.region.healthOf('web', `i-1:${port}`)?.state === 'healthy')
    await until('it is served', async () => (await rig.ask('web.localhost')).body === 'secret')
  })

  it('adds the headers that an ALB adds and drops hop-by-hop ones', async () => {
    await using rig = await Rig.start()
    const echo = await rig.target('i-1', (asked, response) => {
      response.setHeader('Keep-Alive', 'timeout=1')
      response.end(JSON.stringify(asked.headers))
    })
    rig.expose({ web: [echo] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    const headers = {
      'X-Forwarded-For': '10.0.0.9',
      Connection: 'close, x-mine',
      'x-mine': '1',
      TE: 'trailers',
    }
    const answer = await rig.ask('web.localhost', { headers })
    const seen = JSON.parse(answer.body)
    expect(seen).toMatchObject({
      host: `web.localhost:${rig.port}`,
      'x-forwarded-for': '10.0.0.9, 127.0.0.1',
      'x-forwarded-proto': 'http',
      'x-forwarded-port': String(rig.port),
    })
    expect(seen['x-amzn-trace-id']).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/)
    expect(seen).not.toHaveProperty('x-mine')
    expect(seen).not.toHaveProperty('te')
    expect(answer.headers).not.toMatchObject({ 'keep-alive': 'timeout=1' })
  })

  it('answers 503 for a group without targets, 404 by the default action, 502 when a target refuses', async () => {
    await using rig = await Rig.start()
    const gone = { id: 'i-1', port: 1, address: '127.0.0.1', state: 'registered' } as const
    rig.expose({ empty: [], dead: [gone], off: [{ ...gone, address: null }] })
    await until('the rules are known', async () => (await rig.ask('x.localhost')).status === 404)
    expect((await rig.ask('empty.localhost')).status).toBe(503)
    expect((await rig.ask('off.localhost')).status).toBe(503)
    const refused = await rig.ask('dead.localhost', { method: 'POST' }, 'body')
    expect(refused.status).toBe(502)
    expect(refused.headers.server).toBe('awselb/2.0')
  })

  it('answers 502 when a target closes or talks nonsense, 504 when it is silent', async () => {
    await using rig = await Rig.start()
    const raw = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', (data) => {
        if (data.includes('GET /close')) socket.destroy()
        if (data.includes('GET /nonsense')) socket.end('what?\r\n\r\n')
      })
    })
    raw.listen(0, '127.0.0.1')
    await once(raw, 'listening')
    rig.servers.push(raw)
    const { port } = raw.address() as { port: number }
    rig.expose({ odd: [{ id: 'i-1', port, address: '127.0.0.1', state: 'registered' }] }, {}, 0.3)
    await until('the rules are known', async () => (await rig.ask('x.localhost')).status === 404)
    expect((await rig.ask('odd.localhost', { path: '/close' })).status).toBe(502)
    expect((await rig.ask('odd.localhost', { path: '/nonsense' })).status).toBe(502)
    expect((await rig.ask('odd.localhost', { path: '/silent' })).status).toBe(504)
  })

  it("gives a request on a reused connection the full idle timeout, whatever the target's hint", async () => {
    await using rig = await Rig.start()
    const target = await rig.target('i-1', (asked, response) => {
      setTimeout(() => response.end('done'), asked.url === '/long' ? 1_500 : 0)
    })
    Object.assign(rig.servers[0] ?? {}, { keepAliveTimeout: 2_000 })
    rig.expose({ web: [target] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    expect(await rig.ask('web.localhost', { path: '/long' })).toMatchObject({ status: 200, body: 'done' })
  })

  it('streams events as they come, and the request body as it is sent', async () => {
    await using rig = await Rig.start()
    const slow = await rig.target('i-1', (asked, response) => {
      if (asked.url === '/healthz') return response.end()
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders()
      asked.on('data', (chunk) => response.write(`data: ${chunk}\n\n`))
      asked.on('end', () => response.end())
      return undefined
    })
    rig.expose({ web: [slow] })
    await until(
      'it is served',
      async () => (await rig.ask('web.localhost', { path: '/healthz' })).status === 200,
    )
    const asked = request({
      port: rig.port,
      method: 'POST',
      headers: { Host: 'web.localhost' },
      agent: false,
    })
    asked.flushHeaders()
    const [answer] = await once(asked, 'response')
    for (const word of ['one', 'two']) {
      asked.write(word)
      const [event] = await once(answer, 'data')
      expect(String(event)).toBe(`data: ${word}\n\n`)
    }
    asked.end()
    await once(answer, 'end')
  })

  it('answers pipelined requests in their order', async () => {
    await using rig = await Rig.start()
    const target = await rig.target('i-1', (asked, response) => {
      setTimeout(() => response.end(asked.url), asked.url === '/slow' ? 100 : 0)
    })
    rig.expose({ web: [target] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    const socket = connect(rig.port, '127.0.0.1')
    socket.write('GET /slow HTTP/1.1\r\nHost: web.localhost\r\n\r\n')
    socket.write('GET /fast HTTP/1.1\r\nHost: web.localhost\r\nConnection: close\r\n\r\n')
    let text = ''
    for await (const chunk of socket) text += chunk
    expect(text.indexOf('/slow')).toBeGreaterThan(0)
    expect(text.indexOf('/fast')).toBeGreaterThan(text.indexOf('/slow'))
  })

  it('repeats a safe request when its keep-alive connection has died, but never an unsafe one', async () => {
    await using rig = await Rig.start()
    const seen: string[] = []
    // Answers the first request of each connection and closes at the second, as if idle for too long.
    const raw = createServer((socket) => {
      let count = 0
      socket.on('error', () => socket.destroy())
      socket.on('data', (data) => {
        const line = String(data).split(' HTTP')[0] ?? ''
        if (line.includes('/healthz')) return void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        seen.push(line)
        count += 1
        if (count > 1) socket.destroy()
        else socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
      })
    })
    raw.listen(0, '127.0.0.1')
    await once(raw, 'listening')
    rig.servers.push(raw)
    const { port } = raw.address() as { port: number }
    rig.expose({ web: [{ id: 'i-1', port, address: '127.0.0.1', state: 'registered' }] })
    await until('it is served', async () => (await rig.ask('web.localhost', { path: '/1' })).status === 200)
    expect((await rig.ask('web.localhost', { path: '/2' })).status).toBe(200)
    expect(seen.filter((line) => line === 'GET /2')).toHaveLength(2)
    await rig.ask('web.localhost', { path: '/3' })
    const posted = await rig.ask('web.localhost', { method: 'POST', path: '/4' }, 'x')
    expect(seen.filter((line) => line === 'POST /4')).toHaveLength(1)
    expect([200, 502]).toContain(posted.status)
  })

  it('leaves a failing target out and takes it back, and tries all when none is healthy', async () => {
    await using rig = await Rig.start()
    const sick = new Set<string>()
    const make = (id: string) =>
      rig.target(id, (asked, response) => {
        response.writeHead(asked.url === '/healthz' && sick.has(id) ? 500 : 200)
        response.end(id)
      })
    rig.expose({ web: [await make('i-1'), await make('i-2')] })
    const state = (index: number) => rig.region.healthOf('web', keyOf(rig, index))
    await until('both are healthy', () => state(0)?.state === 'healthy' && state(1)?.state === 'healthy')
    sick.add('i-1')
    await until('one is unhealthy', () => state(0)?.state === 'unhealthy')
    expect(state(0)?.reason).toBe('Target.ResponseCodeMismatch')
    const alone = await Promise.all(Array.from({ length: 4 }, () => rig.ask('web.localhost')))
    expect(alone.map((answer) => answer.body)).toEqual(['i-2', 'i-2', 'i-2', 'i-2'])
    sick.add('i-2')
    await until('none is healthy', () => state(1)?.state === 'unhealthy')
    const both = await Promise.all(Array.from({ length: 4 }, () => rig.ask('web.localhost')))
    expect(new Set(both.map((answer) => answer.body))).toEqual(new Set(['i-1', 'i-2']))
    sick.clear()
    await until('both are back', () => state(0)?.state === 'healthy' && state(1)?.state === 'healthy')
  })

  it('lets a draining target finish its requests, gives it no new ones and reports when it is done', async () => {
    await using rig = await Rig.start()
    const arrived = Promise.withResolvers<() => void>()
    const old = await rig.target('i-old', (asked, response) => {
      if (asked.url === '/long') arrived.resolve(() => response.end('finished'))
      else response.end('old')
    })
    const fresh = await rig.target('i-new', hello('new'))
    rig.expose({ web: [old] })
    await until('it is served', async () => (await rig.ask('web.localhost')).body === 'old')
    const long = rig.ask('web.localhost', { path: '/long' })
    const finish = await arrived.promise
    rig.expose({ web: [{ ...old, state: 'draining' }, fresh] })
    const key = `i-old:${old.port}`
    await until('it drains', () => rig.region.healthOf('web', key)?.state === 'draining')
    for (let count = 0; count < 4; count += 1) expect((await rig.ask('web.localhost')).body).toBe('new')
    finish()
    expect((await long).body).toBe('finished')
    await until('it is unused', () => rig.region.healthOf('web', key)?.reason === 'Target.NotRegistered')
  })

  it('tells the target when the client is gone', async () => {
    await using rig = await Rig.start()
    const gone = Promise.withResolvers<void>()
    const target = await rig.target('i-1', (asked, response) => {
      if (asked.url === '/wait') response.once('close', gone.resolve)
      else response.end()
    })
    rig.expose({ web: [target] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    const asked = request({ port: rig.port, path: '/wait', headers: { Host: 'web.localhost' }, agent: false })
    asked.on('error', () => {})
    asked.end()
    await sleep(50)
    asked.destroy()
    await gone.promise
  })
})

const keyOf = (rig: Rig, index: number): string => {
  const target = rig.region.state.targetGroups[0]?.targets[index]
  return `${target?.id}:${target?.port}`
}
