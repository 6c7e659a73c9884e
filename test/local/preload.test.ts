import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { withHost } from '../../local/preload/listen.mjs'
import { judge } from '../../local/preload/reach.mjs'
import { DnsStub } from './dns-stub.ts'

const PRELOAD = resolve('local/preload/node.mjs')
const HOST = '127.59.6.5'
const stub = new DnsStub({ 'web.service.consul': [HOST, '127.59.6.6'], 'plain.example': ['127.59.6.7'] })
let resolver = ''
beforeAll(async () => {
  resolver = await stub.start()
})
afterAll(() => stub.stop())

/** What a program prints when it is started as in a region: an ES module, as text. */
async function run(program: string, environment: Record<string, string> = {}): Promise<unknown> {
  const args = ['--import', PRELOAD, '--input-type=module', '-e', program]
  const env = { PATH: process.env.PATH ?? '', RESOLVER: resolver, HOST, ...environment }
  const { stdout } = await promisify(execFile)(process.execPath, args, { env })
  return JSON.parse(stdout)
}

describe('A Node program of a local instance', () => {
  it('resolves names in the fleet by lookup, promises, promisify and resolve4', async () => {
    const program = `
      import dns, { lookup } from 'node:dns'
      import { lookup as promised, resolve4 } from 'node:dns/promises'
      import { promisify } from 'node:util'
      const name = 'web.service.consul'
      const called = await new Promise((done) => lookup(name, (error, address, family) => done([address, family])))
      const all = await new Promise((done) => dns.lookup(name, { all: true }, (error, found) => done(found)))
      console.log(JSON.stringify([called, all, await promised(name), await promisify(lookup)(name), await resolve4(name)]))`
    const first = { address: HOST, family: 4 }
    const both = [first, { address: '127.59.6.6', family: 4 }]
    expect(await run(program)).toEqual([[HOST, 4], both, first, first, [HOST, '127.59.6.6']])
  })

  it('finds a service by its name alone, as the search line of resolv.conf does on AWS', async () => {
    const program = `
      import { lookup, resolve4 } from 'node:dns/promises'
      const other = await lookup('absent').catch(({ code }) => code)
      console.log(JSON.stringify([await lookup('web'), await resolve4('web'), await lookup('localhost', 4), other]))`
    const own = { address: HOST, family: 4 }
    const local = { address: '127.0.0.1', family: 4 }
    const [found, addresses, here, absent] = (await run(program)) as unknown[]
    expect([found, addresses, here]).toEqual([own, [HOST, '127.59.6.6'], local])
    expect(absent).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })

  it('reaches a name by fetch and by http', async () => {
    const program = `
      import http from 'node:http'
      const server = http.createServer((asked, response) => response.end('here')).listen(0)
      server.on('listening', async () => {
        const { address, port } = server.address()
        const url = 'http://web.service.consul:' + port
        const fetched = await (await fetch(url)).text()
        http.get(url, async (answer) => {
          const parts = await answer.toArray()
          console.log(JSON.stringify([address, fetched, Buffer.concat(parts).toString()]))
          process.exit()
        })
      })`
    expect(await run(program)).toEqual([HOST, 'here', 'here'])
  })

  it('reports ENOTFOUND for a service that does not exist, and asks the system for names that the resolver refuses', async () => {
    const program = `
      import { lookup } from 'node:dns/promises'
      const code = (name) => lookup(name).catch((error) => [error.code, error.syscall, error.hostname])
      console.log(JSON.stringify([
        await code('none.service.consul'),
        await code('localhost').then(({ address }) => /^(127\\.0\\.0\\.1|::1)$/.test(address)),
        await code('127.1.2.3').then(({ address }) => address),
        await code('plain.example').then(({ address }) => address),
        (await code('refused.invalid'))[0],
      ]))`
    const answers = (await run(program)) as unknown[]
    expect(answers.slice(0, 4)).toEqual([
      ['ENOTFOUND', 'getaddrinfo', 'none.service.consul'],
      true,
      '127.1.2.3',
      '127.59.6.7',
    ])
    expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(answers[4])
    expect(stub.asked).not.toContain('localhost')
  })

  it('runs unchanged when neither variable is set', async () => {
    const program = `
      import net from 'node:net'
      const server = net.createServer().listen(0, '0.0.0.0', () => {
        console.log(JSON.stringify(server.address().address))
        server.close()
      })`
    expect(await run(program, { RESOLVER: '', HOST: '' })).toBe('0.0.0.0')
  })

  it('leaves an explicit address and the sockets of clients alone', async () => {
    const program = `
      import net from 'node:net'
      import dgram from 'node:dgram'
      const server = net.createServer().listen({ port: 0, host: '127.0.0.1' }, () => {
        const client = dgram.createSocket('udp4')
        client.bind(0, () => {
          const served = dgram.createSocket('udp4')
          served.bind(45123, () => {
            console.log(JSON.stringify([server.address(), client.address(), served.address()].map((one) => one.address)))
            process.exit()
          })
        })
      })`
    expect(await run(program)).toEqual(['127.0.0.1', '0.0.0.0', HOST])
  })
})

describe('The arguments of listen', () => {
  const done = (): void => {}
  it.each([
    [[80], [80, 'h']],
    [
      ['80', done],
      ['80', 'h', done],
    ],
    [
      [80, '0.0.0.0', done],
      [80, 'h', done],
    ],
    [
      [80, '::', 511, done],
      [80, 'h', 511, done],
    ],
    [
      [80, 511],
      [80, 'h', 511],
    ],
    [
      [80, '127.0.0.1'],
      [80, '127.0.0.1'],
    ],
    [[], [0, 'h']],
    [[done], [0, 'h', done]],
    [
      [{ port: 80 }, done],
      [{ port: 80, host: 'h' }, done],
    ],
    [[{ port: 80, host: '0.0.0.0' }], [{ port: 80, host: 'h' }]],
    [[{ path: '/socket' }], [{ path: '/socket' }]],
    [[{ fd: 3 }], [{ fd: 3 }]],
    [['/socket'], ['/socket']],
  ])('%j become %j', (given, expected) => {
    expect(withHost(given, 'h', 'host')).toEqual(expected)
  })
})

describe('a call of a Node program', () => {
  const own = { app: 'shop', service: 'web' }
  const peer = (tcp: number[][], more = {}) => ({ app: 'shop', service: 'db', tcp, ...more })
  const text = (...args: [ReturnType<typeof peer> | undefined, number]) =>
    judge(own, args[0], '127.59.6.7', args[1])?.text

  it.each([
    ['where nobody is', undefined, 80],
    ['to an open port', peer([[6379, 6379]]), 6379],
    ['to the ends of a range', peer([[80, 90]]), 90],
  ])('is let through %s', (_where, target, port) => {
    expect(text(target, port)).toBeUndefined()
  })

  it.each([
    [
      'another service',
      peer([]),
      'db:6379: security groups let nothing through; name db in the needs of web',
    ],
    [
      'another port',
      peer([
        [80, 80],
        [90, 92],
      ]),
      'db:6379: security groups let nothing through; open is 80, 90 to 92',
    ],
    [
      'another app',
      peer([], { app: 'photos' }),
      'photos/db:6379: security groups let nothing through; an app reaches only its own services',
    ],
    [
      'a load balancer',
      peer([[53, 53]], { app: '', service: 'the network load balancer' }),
      'the network load balancer:6379: security groups let nothing through; open is 53',
    ],
  ])('is refused to %s, with what opens it', (_whom, target, words) => {
    expect(text(target, 6379)).toBe(`web may not call ${words}`)
  })
})
