import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import type { ElbState, Target } from '../../../local/gateway/state.ts'
import { group, Rig, until } from './rig.ts'

/** An address range that no region uses: NLB addresses are bound for real. */
const NLB = '127.59.7.10'

async function echoTarget(rig: Rig, id: string): Promise<Target> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.once('data', (data) => socket.write(`${id}:${data}`))
    socket.on('end', () => socket.end('bye'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  rig.servers.push(server)
  const { port } = server.address() as AddressInfo
  const udp = createSocket('udp4', (message, from) => udp.send(`${id}:${message}`, from.port, from.address))
  udp.bind(port, '127.0.0.1')
  await once(udp, 'listening')
  rig.servers.push(udp)
  return { id, port, address: '127.0.0.1', state: 'registered' }
}

function balance(targets: Target[]): Pick<ElbState, 'loadBalancers' | 'targetGroups'> {
  const forward = { type: 'forward' as const, targetGroups: [{ arn: 'dns', weight: 1 }] }
  const listener = { arn: 'l', port: 53, protocol: 'TCP_UDP' as const, defaultActions: [forward], rules: [] }
  const healthCheck = { ...group('dns').healthCheck, protocol: 'TCP' as const }
  return {
    loadBalancers: [
      { arn: 'nlb', name: 'nlb', type: 'network', addresses: [NLB], idleTimeout: 350, listeners: [listener] },
    ],
    targetGroups: [{ ...group('dns'), protocol: 'TCP_UDP', healthCheck, targets }],
  }
}

async function say(port: number, text: string): Promise<string> {
  const socket = connect(port, NLB)
  socket.end(text)
  let answer = ''
  for await (const chunk of socket) answer += chunk
  return answer
}

async function sayUdp(port: number, text: string): Promise<string> {
  const socket = createSocket('udp4')
  socket.send(text, port, NLB)
  const [message] = await once(socket, 'message')
  socket.close()
  return String(message)
}

const healthy = (rig: Rig, ...targets: Target[]): Promise<void> =>
  until('all are healthy', () =>
    targets.every(({ id, port }) => rig.region.healthOf('dns', `${id}:${port}`)?.state === 'healthy'),
  )

describe('A network load balancer', () => {
  it('serves a privileged port 8000 higher, over TCP and UDP, with its targets taking turns', async () => {
    await using rig = await Rig.start()
    const targets = [await echoTarget(rig, 'a'), await echoTarget(rig, 'b')]
    rig.region.set(balance(targets))
    await healthy(rig, ...targets)
    const tcp = new Set([await say(8053, 'x'), await say(8053, 'x')])
    expect(tcp).toEqual(new Set(['a:xbye', 'b:xbye']))
    const udp = new Set([await sayUdp(8053, 'y'), await sayUdp(8053, 'y')])
    expect(udp).toEqual(new Set(['a:y', 'b:y']))
  })

  it('keeps a UDP flow on its target, and moves it when the target is removed', async () => {
    await using rig = await Rig.start()
    const [a, b] = [await echoTarget(rig, 'a'), await echoTarget(rig, 'b')]
    rig.region.set(balance([a, b]))
    await healthy(rig, a, b)
    const client = createSocket('udp4')
    // A datagram may get lost, for example while its flow moves: a retry gets an answer.
    const ask = async (): Promise<string> => {
      for (;;) {
        client.send('q', 8053, NLB)
        const signal = AbortSignal.timeout(500)
        const answer = await once(client, 'message', { signal }).catch(() => undefined)
        if (answer) return String(answer[0])
      }
    }
    const first = await ask()
    expect([await ask(), await ask()]).toEqual([first, first])
    const [gone, stays] = first === 'a:q' ? [a, b] : [b, a]
    rig.region.set(balance([{ ...gone, state: 'draining' }, stays]))
    await until('the flow has moved', async () => (await ask()) !== first)
    client.close()
  })

  it('resets a connection when it has no target', async () => {
    await using rig = await Rig.start()
    rig.region.set(balance([]))
    const socket = await until('it listens', () => isOpen(8053)).then(() => connect(8053, NLB))
    const closed = Promise.withResolvers<unknown>()
    socket.on('error', closed.resolve)
    expect(await closed.promise).toMatchObject({ code: 'ECONNRESET' })
    expect(socket.bytesRead).toBe(0)
  })

  it('leaves out a target that does not accept connections', async () => {
    await using rig = await Rig.start()
    const alive = await echoTarget(rig, 'a')
    const dead: Target = { id: 'b', port: 1, address: '127.0.0.1', state: 'registered' }
    rig.region.set(balance([alive, dead]))
    await until('the dead one is unhealthy', () => rig.region.healthOf('dns', 'b:1')?.state === 'unhealthy')
    expect(await say(8053, 'x')).toBe('a:xbye')
    expect(await say(8053, 'x')).toBe('a:xbye')
  })
})

function isOpen(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(port, NLB, () => resolve(true))
  // A reset may overtake the success of connecting; only a refusal means that nobody listens.
  socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNRESET'))
  socket.unref()
  return promise
}
