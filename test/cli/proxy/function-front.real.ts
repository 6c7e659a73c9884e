import { request as ask, createServer, type IncomingMessage } from 'node:http'
import { createServer as createHttp2, type Http2Server } from 'node:http2'
import { type AddressInfo, connect, type Server } from 'node:net'
import { text } from 'node:stream/consumers'
import { Client, credentials, type ServiceError, status } from '@grpc/grpc-js'
import { afterEach, describe, expect, it } from '@jest/globals'
import { forward } from '../../../adapters/proxy/forward.ts'
import { functionFront } from '../../../cli/proxy/function-front.ts'
import { listen } from '../../../cli/proxy/listen.ts'
import { BODY_LIMIT, type ProxyAnswer, type ProxyRequest } from '../../../core/proxy/message.ts'

const running: { close(): unknown }[] = []
const told: string[] = []
const carried: ProxyRequest[] = []
afterEach(async () => {
  for (const each of running.splice(0)) await each.close()
  told.splice(0)
  carried.splice(0)
})

/** The function's code between two JSON texts, as Lambda hands them over. */
async function proxyOf(service: Server | Http2Server, patienceMs = 5000): Promise<number> {
  const back = await listen(service as Server, 0, 'test')
  running.push(back)
  return await proxyTo([{ instance: 'i-a', address: '127.0.0.1', port: back.port }], patienceMs)
}

async function proxyTo(places: { instance: string; address: string; port: number }[], patienceMs = 5000) {
  const carry = async (request: ProxyRequest): Promise<ProxyAnswer> => {
    carried.push(request)
    const sent = JSON.parse(JSON.stringify(request)) as ProxyRequest
    const answer = await forward(sent, { places: async () => places, patienceMs })
    return JSON.parse(JSON.stringify(answer)) as ProxyAnswer
  }
  const front = await listen(
    functionFront({ service: 'shop', carry, told: (sentence) => told.push(sentence) }),
    0,
    'test',
  )
  running.push(front)
  return front.port
}

function http(port: number, options: object, body?: Buffer): Promise<IncomingMessage & { body: string }> {
  return new Promise((resolve, reject) => {
    const request = ask({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      text(response).then((said) => resolve(Object.assign(response, { body: said })), reject)
    })
    request.on('error', reject).end(body)
  })
}

const echo = () =>
  createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      const { method, url, rawHeaders } = request
      const body = Buffer.concat(parts).toString('hex')
      response.setHeader('set-cookie', ['a=1', 'b=2'])
      response.setHeader('keep-alive', 'timeout=99')
      response.end(JSON.stringify({ method, url, rawHeaders, body }))
    })
  })

describe('HTTP through the function', () => {
  it('carries method, path, repeated headers and binary bodies, and leaves out what is of a connection', async () => {
    const port = await proxyOf(echo())
    const body = Buffer.from([0, 255, 13, 10, 128])
    const headers = [
      ...['Host', 'shop.test', 'X-Two', 'one', 'X-Two', 'two', 'Connection', 'X-Mine', 'X-Mine', 'no'],
      ...['Proxy-Authorization', 'secret', 'TE', 'gzip', 'Content-Length', '5'],
    ]
    const answer = await http(port, { method: 'PUT', path: '/a%20b?c=%2F', headers }, body)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['set-cookie']).toEqual(['a=1', 'b=2'])
    expect(answer.headers['keep-alive']).not.toBe('timeout=99')
    expect(JSON.parse(answer.body)).toEqual({
      method: 'PUT',
      url: '/a%20b?c=%2F',
      rawHeaders: [
        ...['Host', 'shop.test', 'X-Two', 'one', 'X-Two', 'two'],
        ...['content-length', '5', 'connection', 'close'],
      ],
      body: body.toString('hex'),
    })
  })

  it.each([
    ['HEAD', 200, ''],
    ['DELETE', 204, ''],
    ['GET', 304, ''],
    ['GET', 404, 'missing'],
  ])('answers %s with %d as the service does', async (method, code, said) => {
    const port = await proxyOf(
      createServer((_request, response) => {
        response.writeHead(
          code,
          code === 204 ? {} : { 'content-length': 7, date: 'Thu, 01 Jan 1970 00:00:00 GMT' },
        )
        response.end(said || (method === 'HEAD' ? 'missing' : undefined))
      }),
    )
    const answer = await http(port, { method })
    expect([answer.statusCode, answer.body]).toEqual([code, said])
    if (method === 'HEAD') expect(answer.headers['content-length']).toBe('7')
  })

  it('carries bodies up to the limit both ways, and names it beyond', async () => {
    const port = await proxyOf(
      createServer((request, response) => {
        const size = Number(request.url?.slice(1))
        void text(request).then(({ length }) => {
          response.setHeader('x-got', length)
          response.end(Buffer.alloc(size, 65))
        })
      }),
    )
    const whole = await http(port, { method: 'POST', path: `/${BODY_LIMIT}` }, Buffer.alloc(BODY_LIMIT, 66))
    expect([whole.headers['x-got'], whole.body.length]).toEqual([String(BODY_LIMIT), BODY_LIMIT])
    const back = await http(port, { path: `/${BODY_LIMIT + 1}` })
    expect([back.statusCode, back.body]).toEqual([
      502,
      'nanofleet proxy: shop answers with more than 4.4 MB, and one call of a function carries no more\n',
    ])
    const there = await http(port, { method: 'POST', path: '/1' }, Buffer.alloc(BODY_LIMIT + 1, 66))
    expect([there.statusCode, there.body]).toEqual([
      413,
      'nanofleet proxy: the request has more than 4.4 MB, and one call of a function carries no more\n',
    ])
    expect(told).toHaveLength(2)
  })

  it('says that a service did not answer in time, that none is healthy, or that none takes a connection', async () => {
    const slow = await proxyOf(
      createServer(() => undefined),
      300,
    )
    expect(await http(slow, {})).toMatchObject({
      statusCode: 504,
      body: 'nanofleet proxy: shop has not answered in full within 0.3 s\n',
    })
    expect(await http(await proxyTo([]), {})).toMatchObject({ statusCode: 503 })
    const free = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => free.once('listening', resolve))
    const { port } = free.address() as AddressInfo
    free.close()
    expect(await http(await proxyTo([{ instance: 'i-a', address: '127.0.0.1', port }]), {})).toMatchObject({
      statusCode: 502,
      body: `nanofleet proxy: no instance of shop takes a connection (127.0.0.1:${port})\n`,
    })
  })

  it('refuses to upgrade a connection, in a sentence', async () => {
    const port = await proxyOf(echo())
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 501 [\s\S]*there are single requests only/)
    expect(carried).toEqual([])
    const headers = [
      'Host',
      'a',
      'Connection',
      'Upgrade, HTTP2-Settings',
      'Upgrade',
      'h2c',
      'HTTP2-Settings',
      'AA',
    ]
    expect(await http(port, { headers })).toMatchObject({ statusCode: 200 })
    expect(carried.map((request) => request.headers)).toEqual([[['Host', 'a']]])
  })
})

/** A gRPC call with bytes as messages. */
function call(port: number, message: Buffer, deadline = Date.now() + 5000) {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    'grpc.max_receive_message_length': -1,
  })
  running.push(client)
  const bytes = (value: Buffer): Buffer => value
  return new Promise<{ answer: Buffer | undefined; error: ServiceError | null }>((resolve) => {
    client.makeUnaryRequest('/shop.Shop/Buy', bytes, bytes, message, { deadline }, (error, answer) =>
      resolve({ answer, error }),
    )
  })
}

/** Answers a unary call with what it got and these trailers. */
function grpcService(trailers: Record<string, string>): Http2Server {
  const server = createHttp2()
  server.on('stream', (stream, headers) => {
    expect([headers['content-type'], headers.te, headers[':path']]).toEqual([
      'application/grpc',
      'trailers',
      '/shop.Shop/Buy',
    ])
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true })
    stream.on('wantTrailers', () => stream.sendTrailers(trailers))
    stream.pipe(stream)
  })
  return server
}

describe('gRPC through the function', () => {
  it('brings messages and the status of a call to a client of another make', async () => {
    const port = await proxyOf(grpcService({ 'grpc-status': '0' }))
    const message = Buffer.alloc(1_000_000, 7)
    const calls = await Promise.all([
      call(port, message),
      call(port, Buffer.from('hi')),
      call(port, Buffer.alloc(0)),
    ])
    expect(calls.map(({ error, answer }) => [error, answer?.length])).toEqual([
      [null, 1_000_000],
      [null, 2],
      [null, 0],
    ])
  })

  it('brings errors of the service, with their metadata', async () => {
    const trailers = { 'grpc-status': '5', 'grpc-message': 'no%20such%20thing', 'x-more': 'yes' }
    const { error } = await call(await proxyOf(grpcService(trailers)), Buffer.from('hi'))
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: 'no such thing' })
    expect(error?.metadata.get('x-more')).toEqual(['yes'])
  })

  it.each([
    [1000, [], status.UNAVAILABLE, 'nanofleet proxy: shop has no healthy instance'],
    [
      BODY_LIMIT + 1,
      [{ instance: 'i-a', address: '127.0.0.1', port: 1 }],
      status.RESOURCE_EXHAUSTED,
      'nanofleet proxy: the request has more than 4.4 MB, and one call of a function carries no more',
    ],
  ])(
    'answers a call of %d bytes that does not get through with a status',
    async (size, places, code, details) => {
      const { error } = await call(await proxyTo(places), Buffer.alloc(size))
      expect(error).toMatchObject({ code, details })
    },
  )
})
