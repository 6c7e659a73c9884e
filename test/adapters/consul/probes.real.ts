import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createServer as createTls, type TLSSocket } from 'node:tls'
import { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ConsulAccess } from '../../../adapters/consul/access.ts'
import { ask } from '../../../adapters/consul/probes.ts'
import { Health } from '../../../apps/lib/grpc/gen/health_pb.ts'
import { implement } from '../../../apps/lib/grpc/implementation.ts'
import { GrpcProblem } from '../../../apps/lib/grpc/problem.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import type { CheckDefinition } from '../../../core/definition/schema.ts'
import { probeOf } from '../../../core/registration/probe.ts'
import { type ConsulCluster, startConsul } from '../../live/consul.ts'
import { askServer } from '../../live/consul-api.ts'
import { CERTIFICATE, KEY } from './certificate.ts'

const tls = { key: KEY, cert: CERTIFICATE }
const LONG = `shop.${'x'.repeat(200)}`

/** Services that answer a health check in every way that one can be answered. */
const answers: RequestListener = (request, response) => {
  const parts: Buffer[] = []
  request.on('data', (part: Buffer) => parts.push(part))
  request.on('end', () => {
    const body = Buffer.concat(parts).toString()
    const { host, 'user-agent': agent, accept, 'accept-encoding': encoding } = request.headers
    const right: Record<string, () => boolean> = {
      '/post': () =>
        request.method === 'POST' && body === 'ping' && request.headers['content-length'] === '4',
      '/get': () => request.method === 'GET' && body === 'ping',
      '/empty-put': () => request.method === 'PUT' && request.headers['content-length'] === '0',
      '/host': () => host === 'shop.example',
      '/two': () => request.headersDistinct['x-two']?.join() === '1,2',
      '/said': () =>
        agent === 'Consul Health Check' && accept === 'text/plain, text/*, */*' && encoding === 'gzip',
      '/close': () => request.headers.connection === 'close',
      '/named': () => (request.socket as TLSSocket).servername === 'shop.example',
      '/unnamed': () => !(request.socket as TLSSocket).servername,
    }
    const path = request.url ?? ''
    const condition = right[path]
    if (path === '/silent') return
    if (path === '/late') return void setTimeout(() => response.end(), 800)
    if (path === '/cut') {
      response.writeHead(200, { 'content-length': '100' }).write('half')
      return void setTimeout(() => response.destroy(), 50)
    }
    if (path === '/moved') response.setHeader('location', '/200')
    const code = condition ? (condition() ? 200 : 400) : path === '/moved' ? 302 : Number(path.slice(1))
    response.writeHead(code).end()
  })
}

/** The health protocol, in which `good` serves, `bad` does not and all others are unknown. */
const health = implement(Health, {
  check({ service }) {
    if (service === 'unknown') throw new GrpcProblem('NOT_FOUND', 'There is no such service.')
    return { status: service === 'bad' ? 2 : service === 'undecided' ? 0 : 1 }
  },
})

describe('a probe', () => {
  let cluster: ConsulCluster
  let address = ''
  const servers: Server[] = []
  const grpc: GrpcServer[] = []

  const listen = async (server: Server, port: number): Promise<void> => {
    servers.push(server)
    server.listen(port, address)
    await once(server, 'listening')
  }
  const listenGrpc = async (port: number, credentials: ServerCredentials, serving = true): Promise<void> => {
    const server = new GrpcServer()
    if (serving) server.addService(health.definition, health.handlers)
    await new Promise<void>((resolve, reject) =>
      server.bindAsync(`${address}:${port}`, credentials, (error) => (error ? reject(error) : resolve())),
    )
    grpc.push(server)
  }

  beforeAll(async () => {
    cluster = await startConsul(1)
    address = cluster.servers[0]?.address.replace(/\d+$/, '77') ?? ''
    await listen(createHttp(answers), 8080)
    await listen(createHttps(tls, answers), 8443)
    await listen(
      createTcp((socket) => socket.on('error', () => {}).destroy()),
      7001,
    )
    await listen(
      createTcp((socket) => socket.on('error', () => {})),
      7002,
    )
    await listen(
      createTls(tls, (socket) => socket.on('error', () => {})),
      7003,
    )
    await listen(
      createSecureServer({ ...tls }, (_request, response) => response.writeHead(200).end()),
      7004,
    )
    await listenGrpc(9090, ServerCredentials.createInsecure())
    await listenGrpc(
      9091,
      ServerCredentials.createSsl(null, [
        { private_key: Buffer.from(KEY), cert_chain: Buffer.from(CERTIFICATE) },
      ]),
    )
    await listenGrpc(9092, ServerCredentials.createInsecure(), false)
  }, 60_000)

  afterAll(async () => {
    for (const server of servers) server.close()
    for (const server of grpc) server.forceShutdown()
    await cluster?.stop()
  }, 20_000)

  const http = (path: string, more: object = {}) => ({ http: `http://HEALTHROUTE:8080${path}`, ...more })
  const https = (path: string, more: object = {}) => ({
    http: `https://HEALTHROUTE:8443${path}`,
    tls_skip_verify: true,
    ...more,
  })
  const grpcTls = { grpc_use_tls: true, tls_skip_verify: true }
  const tcpTls = { tcp_use_tls: true, tls_skip_verify: true }

  /** [what, check, what Consul makes of it] */
  const alike: [string, object, 'passing' | 'warning' | 'critical'][] = [
    ...[200, 204, 299].map(
      (code) => [`status ${code}`, http(`/${code}`), 'passing'] as [string, object, 'passing'],
    ),
    ...[300, 304, 400, 404, 500, 503].map(
      (code) => [`status ${code}`, http(`/${code}`), 'critical'] as [string, object, 'critical'],
    ),
    ['status 429', http('/429'), 'warning'],
    ['a redirect, which nobody follows', http('/moved'), 'critical'],
    ['a method and a body', http('/post', { method: 'POST', body: 'ping' }), 'passing'],
    ['a body without a method', http('/get', { body: 'ping' }), 'passing'],
    ['a method without a body', http('/empty-put', { method: 'PUT' }), 'passing'],
    ['HEAD', http('/204', { method: 'HEAD' }), 'passing'],
    ['a host', http('/host', { header: { Host: ['shop.example'] } }), 'passing'],
    ['a header twice', http('/two', { header: { 'X-Two': ['1', '2'] } }), 'passing'],
    ['what Consul says of itself', http('/said'), 'passing'],
    ['a connection of its own', http('/close'), 'passing'],
    ['an answer that breaks off', http('/cut'), 'passing'],
    ['no answer', http('/silent'), 'critical'],
    ['an answer after the timeout', http('/late'), 'critical'],
    ['HTTP at a port that is closed', { http: 'http://HEALTHROUTE:7999/' }, 'critical'],
    ['HTTP at a port that hangs up', { http: 'http://HEALTHROUTE:7001/' }, 'critical'],
    ['HTTPS whose certificate does not count', https('/unnamed'), 'passing'],
    ['HTTPS with a name', https('/named', { tls_server_name: 'shop.example' }), 'passing'],
    [
      'HTTPS with a host that is not a name for it',
      https('/unnamed', { header: { Host: ['shop.example'] } }),
      'passing',
    ],
    ['HTTPS whose certificate counts', https('/200', { tls_skip_verify: false }), 'critical'],
    ['HTTPS at a port of HTTP', { ...https('/200'), http: 'https://HEALTHROUTE:8080/200' }, 'critical'],
    ['HTTP at a port of HTTPS', { http: 'http://HEALTHROUTE:8443/200' }, 'critical'],
    ['gRPC of the server', { grpc: 'HEALTHROUTE:9090' }, 'passing'],
    ['gRPC of a service', { grpc: 'HEALTHROUTE:9090/good' }, 'passing'],
    ['gRPC of a service with a long name', { grpc: `HEALTHROUTE:9090/${LONG}` }, 'passing'],
    ['gRPC of one that does not serve', { grpc: 'HEALTHROUTE:9090/bad' }, 'critical'],
    ['gRPC of one that does not know', { grpc: 'HEALTHROUTE:9090/undecided' }, 'critical'],
    ['gRPC of one that is unknown', { grpc: 'HEALTHROUTE:9090/unknown' }, 'critical'],
    ['gRPC without the health service', { grpc: 'HEALTHROUTE:9092' }, 'critical'],
    ['gRPC at a port of HTTP', { grpc: 'HEALTHROUTE:8080' }, 'critical'],
    ['gRPC at a port that is closed', { grpc: 'HEALTHROUTE:7999' }, 'critical'],
    ['gRPC at a port that says nothing', { grpc: 'HEALTHROUTE:7002' }, 'critical'],
    ['gRPC over TLS', { grpc: 'HEALTHROUTE:9091/good', ...grpcTls }, 'passing'],
    ['gRPC over TLS at a plain port', { grpc: 'HEALTHROUTE:9090/good', ...grpcTls }, 'critical'],
    ['plain gRPC at a port of TLS', { grpc: 'HEALTHROUTE:9091/good' }, 'critical'],
    ['TCP', { tcp: 'HEALTHROUTE:7002' }, 'passing'],
    ['TCP that hangs up', { tcp: 'HEALTHROUTE:7001' }, 'passing'],
    ['TCP at a port that is closed', { tcp: 'HEALTHROUTE:7999' }, 'critical'],
    ['TLS', { tcp: 'HEALTHROUTE:7003', ...tcpTls }, 'passing'],
    ['TLS at a plain port that hangs up', { tcp: 'HEALTHROUTE:7001', ...tcpTls }, 'critical'],
    ['TLS whose certificate counts', { tcp: 'HEALTHROUTE:7003', tcp_use_tls: true }, 'critical'],
  ]
  /** What passes for Consul and is not ours to say. */
  const left: [string, object][] = [
    ['HTTP/2 alone behind TLS', { http: 'https://HEALTHROUTE:7004/', tls_skip_verify: true }],
  ]

  it('passes exactly where Consul calls the check passing, save for what is left to Consul', async () => {
    const [server] = cluster.servers
    if (!server) throw new Error('no server')
    const cases = [
      ...alike.map(([what, check]) => ({ what, check })),
      ...left.map(([what, check]) => ({ what, check })),
    ]
    const read = cases.map(({ check }) => {
      const text = JSON.stringify({ name: 'x', check: { interval: '1s', timeout: '500ms', ...check } })
      const parsed = JSON.stringify(parseDefinition(text, 'test')[0]?.Check)
      return JSON.parse(parsed.replaceAll('HEALTHROUTE', address)) as CheckDefinition
    })
    await Promise.all(
      read.map((Check, index) =>
        cluster.catalog.register(server, {
          registration: {
            ID: `${index}`,
            Name: 'x',
            Address: address,
            Meta: {},
            Checks: [Check],
          },
        }),
      ),
    )
    const ours = await Promise.all(
      read.map(async (check) => {
        const probe = probeOf(check, address)
        return probe !== undefined && (await ask(probe, Math.min(probe.milliseconds, 2000)))
      }),
    )
    const theirs = await verdicts(server.address, cluster.access, read.length)
    expect(cases.map(({ what }, index) => `${what}: ${theirs[index]}`)).toEqual([
      ...alike.map(([what, , verdict]) => `${what}: ${verdict}`),
      ...left.map(([what]) => `${what}: passing`),
    ])
    expect(cases.map(({ what }, index) => `${what}: ${ours[index]}`)).toEqual([
      ...alike.map(([what, , verdict]) => `${what}: ${verdict === 'passing'}`),
      ...left.map(([what]) => `${what}: false`),
    ])
  }, 30_000)
})

/** What Consul says of each check, once it has run them all: a check that has not has no output. */
async function verdicts(server: string, access: ConsulAccess, count: number): Promise<string[]> {
  for (let look = 0; look < 100; look++) {
    const { text } = await askServer(server, '/v1/agent/checks', access)
    const checks = JSON.parse(text) as Record<string, { Status: string; Output: string }>
    const all = Array.from({ length: count }, (_, index) => checks[`service:${index}`])
    if (all.every((check) => check && check.Output !== '')) return all.map((check) => check?.Status ?? '')
    await sleep(100)
  }
  throw new Error('Consul has not run every check within 10 s')
}
