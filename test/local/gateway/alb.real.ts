import { once } from 'node:events'
import { request } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { randomSecrets } from '../../../adapters/consul/secret-maker.ts'
import { group, hello, keyOf, Rig, until } from './rig.ts'

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

  it('knows its routes before it lets anybody in', async () => {
    await using rig = await Rig.start()
    rig.expose({ web: [await rig.target('i-1', hello('one'))] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    await rig.restart()
    expect(await rig.ask('web.localhost')).toMatchObject({ status: 200, body: 'one' })
  })

  it('uses TLS with the targets of an HTTPS group, no matter who signed their certificates', async () => {
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
})
