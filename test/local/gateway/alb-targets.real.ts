import { once } from 'node:events'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { hello, keyOf, Rig, until } from './rig.ts'

describe('The targets of the gateway', () => {
  it('repeats a safe request whose kept-alive connection has died, and never an unsafe one', async () => {
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

  it('hardly asks a target that hangs, as it sends each request where the fewest are under way', async () => {
    await using rig = await Rig.start()
    let asked = 0
    const hung = await rig.target('i-1', ({ url }, response) => {
      if (url === '/healthz') response.end()
      else asked += 1
    })
    const well = await rig.target('i-2', (_asked, response) => void response.end('i-2'))
    rig.expose({ web: [hung, well] }, { algorithm: 'least_outstanding_requests' })
    const isHealthy = (index: number) => rig.region.healthOf('web', keyOf(rig, index))?.state === 'healthy'
    await until('both are healthy', () => isHealthy(0) && isHealthy(1))
    // One of two in turn goes to the target that hangs, and never ends.
    const both = [rig.ask('web.localhost'), rig.ask('web.localhost')].map((one) => one.catch(() => undefined))
    const answers = [await Promise.race(both)]
    for (let count = 0; count < 20; count++) answers.push(await rig.ask('web.localhost'))
    expect(new Set(answers.map((answer) => answer?.body))).toEqual(new Set(['i-2']))
    expect(asked).toBe(1)
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

  it('sends nothing to a target that the security groups close, and calls it unhealthy', async () => {
    await using rig = await Rig.start()
    const asked: string[] = []
    const target = await rig.target('i-1', (request, response) => {
      asked.push(request.url ?? '')
      response.end('i-1')
    })
    rig.expose({ web: [{ ...target, blocked: true }] })
    const state = () => rig.region.healthOf('web', keyOf(rig, 0))
    await until('its checks time out', () => state()?.reason === 'Target.Timeout')
    expect((await rig.ask('web.localhost')).status).toBe(503)
    expect(asked).toEqual([])
    rig.expose({ web: [target] })
    await until('it is healthy', () => state()?.state === 'healthy')
    expect((await rig.ask('web.localhost')).status).toBe(200)
  })

  it('lets a draining target finish what it has, gives it nothing new and reports when it is done', async () => {
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

  it('tells the target when the client has gone', async () => {
    await using rig = await Rig.start()
    const [arrived, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const target = await rig.target('i-1', (asked, response) => {
      if (asked.url !== '/wait') return response.end()
      response.once('close', gone.resolve)
      return arrived.resolve()
    })
    rig.expose({ web: [target] })
    await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
    const asked = request({ port: rig.port, path: '/wait', headers: { Host: 'web.localhost' }, agent: false })
    asked.on('error', () => {})
    asked.end()
    await arrived.promise
    asked.destroy()
    await gone.promise
  })
})
