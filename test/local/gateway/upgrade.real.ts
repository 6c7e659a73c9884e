import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import { Rig, until } from './rig.ts'

/** A target that echoes over WebSockets; the server that upgrades is `rig.servers[0]`. */
async function withEcho(idleTimeout = 60) {
  const rig = await Rig.start()
  const target = await rig.target('i-1', (asked, response) => response.end(asked.url))
  const sockets = new WebSocketServer({ server: rig.servers[0] as Server })
  sockets.on('connection', (socket, asked) => {
    socket.send(String(asked.headers['x-forwarded-for']))
    socket.on('message', (data, binary) => socket.send(data, { binary }))
  })
  rig.expose({ web: [target] }, {}, idleTimeout)
  await until('it is served', async () => (await rig.ask('web.localhost')).status === 200)
  return { rig, target, sockets }
}

const open = (rig: Rig, host = 'web.localhost'): WebSocket =>
  new WebSocket(`ws://127.0.0.1:${rig.port}/socket`, { headers: { Host: host } })

describe('A WebSocket through the gateway', () => {
  it('carries messages both ways, and the forwarded headers', async () => {
    const { rig } = await withEcho()
    await using _ = rig
    const socket = open(rig)
    const [hello] = await once(socket, 'message')
    expect(String(hello)).toBe('127.0.0.1')
    const large = 'x'.repeat(1_000_000)
    socket.send(large)
    const [back] = await once(socket, 'message')
    expect(String(back)).toBe(large)
    socket.close()
    await once(socket, 'close')
  })

  it('is refused like a request when there is no target or no rule', async () => {
    await using rig = await Rig.start()
    rig.expose({ empty: [] })
    await until('the rules are known', async () => (await rig.ask('empty.localhost')).status === 503)
    const socket = open(rig, 'empty.localhost')
    const [error] = await once(socket, 'error')
    expect(error.message).toContain('503')
  })

  it('is cut after being silent for the idle timeout', async () => {
    const { rig } = await withEcho(0.2)
    await using _ = rig
    const socket = open(rig)
    const [code] = await once(socket, 'close')
    expect(code).toBe(1006)
  })

  it('is cut when its target has been drained and removed', async () => {
    const { rig, target } = await withEcho()
    await using _ = rig
    const socket = open(rig)
    await once(socket, 'message')
    rig.expose({ web: [{ ...target, state: 'draining' }] })
    await until('it drains', () => rig.region.healthOf('web', `i-1:${target.port}`)?.state === 'draining')
    expect(socket.readyState).toBe(WebSocket.OPEN)
    rig.expose({ web: [] })
    await once(socket, 'close')
  })

  it('is the only upgrade: h2c is answered as HTTP/1.1', async () => {
    const { rig } = await withEcho()
    await using _ = rig
    const socket = connect(rig.port, '127.0.0.1')
    socket.write(
      'GET /plain HTTP/1.1\r\nHost: web.localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n',
    )
    const [data] = await once(socket, 'data')
    expect(String(data)).toContain('HTTP/1.1 200')
    socket.destroy()
  })
})
