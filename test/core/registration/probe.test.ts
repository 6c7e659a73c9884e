import { describe, expect, it } from '@jest/globals'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { isPassingStatus, probeOf } from '../../../core/registration/probe.ts'
import { throughProber } from '../../../core/registration/prober.ts'

const address = '10.77.0.20'
const probe = (check: object) => {
  const text = JSON.stringify({ name: 'web', check: { interval: '10s', ...check } })
  const [service] = parseDefinition(text, 'consul.json')
  return probeOf(JSON.parse(JSON.stringify(service?.Check ?? {}).replaceAll('HEALTHROUTE', address)), address)
}

describe('the probe of a check', () => {
  it('asks over HTTP what Consul asks, with its headers', () => {
    expect(probe({ http: 'http://HEALTHROUTE:8080/healthz?deep=1#top', timeout: '1.5s' })).toEqual({
      kind: 'http',
      host: address,
      port: 8080,
      method: 'GET',
      path: '/healthz?deep=1',
      headers: {
        'User-Agent': ['Consul Health Check'],
        Accept: ['text/plain, text/*, */*'],
        'Accept-Encoding': ['gzip'],
      },
      body: '',
      milliseconds: 1500,
    })
  })

  it('takes method, headers and body from the definition', () => {
    const header = { Host: ['shop'], accept: ['text/html'], 'X-Two': ['1', '2'] }
    expect(probe({ http: 'http://HEALTHROUTE', method: 'POST', body: 'ping', header })).toMatchObject({
      port: 80,
      path: '/',
      method: 'POST',
      body: 'ping',
      headers: { Host: ['shop'], accept: ['text/html'], 'X-Two': ['1', '2'] },
    })
    for (const name of ['accept', 'ACCEPT'])
      expect(probe({ http: 'http://HEALTHROUTE', header: { [name]: ['text/html'] } })).toMatchObject({
        headers: {
          'User-Agent': ['Consul Health Check'],
          'Accept-Encoding': ['gzip'],
          [name]: ['text/html'],
        },
      })
    expect(probe({ http: 'http://HEALTHROUTE', header })).not.toHaveProperty('headers.Accept')
    expect(probe({ http: 'http://HEALTHROUTE', header: { ACCEPT: ['a'] } })).not.toHaveProperty(
      'headers.Accept',
    )
  })

  it.each([
    ['', 10_000],
    ['0s', 10_000],
    ['250ms', 250],
    ['1m0.5s', 60_500],
  ])('waits as long as the check, "%s"', (timeout, milliseconds) => {
    expect(probe({ tcp: 'HEALTHROUTE:1', ...(timeout && { timeout }) })).toMatchObject({ milliseconds })
  })

  it('asks a TCP check of a service that speaks Redis for PING, and all other checks as ever', () => {
    const tcp = { Interval: '1s', Timeout: '1s', TCP: `${address}:6379` }
    expect(probeOf(tcp, address, 'redis')).toEqual({
      kind: 'redis',
      host: address,
      port: 6379,
      milliseconds: 1000,
    })
    const others = [
      { ...tcp, TCPUseTLS: true, TLSSkipVerify: true },
      { Interval: '1s', GRPC: `${address}:1` },
    ]
    expect(others.map((check) => probeOf(check, address, 'redis')?.kind)).toEqual(['tcp', 'grpc'])
  })

  it('becomes an HTTP check of its Consul server, which asks within nine tenths of its time', () => {
    const checks = [
      { Name: 'answers', TCP: `${address}:6379`, TCPUseTLS: false, Interval: '1s', Timeout: '1s' },
      { TCP: `${address}:6379`, Interval: '30s' },
      { GRPC: `${address}:1`, Interval: '1s' },
    ]
    const registration = {
      ID: 'i-1',
      Name: 'redis',
      Address: address,
      Meta: { probe: 'redis' },
      Checks: checks,
    }
    const server = { instanceId: 'i-0c1', address: '10.77.0.4' }
    const asked = {
      HTTP: `http://10.77.0.4:8599/redis/${address}:6379?within=900ms`,
      Header: { 'X-Nanofleet-Probe': ['redis'] },
      DisableRedirects: true,
    }
    expect(throughProber(registration, server).Checks).toEqual([
      { Name: 'answers', Interval: '1s', Timeout: '1s', ...asked },
      { Interval: '30s', ...asked, HTTP: asked.HTTP.replace('900ms', '9000ms') },
      checks[2],
    ])
    const plain = { ...registration, Meta: {} }
    expect(throughProber(plain, server)).toBe(plain)
  })

  it('asks for the health of the service that a gRPC check names', () => {
    expect(probe({ grpc: 'HEALTHROUTE:9090' })).toMatchObject({ kind: 'grpc', port: 9090, service: '' })
    expect(probe({ grpc: 'HEALTHROUTE:9090/shop/Cart' })).toMatchObject({ service: 'shop/Cart' })
  })

  it('asks over TLS where the check looks at no certificate', () => {
    const tls = { tls_skip_verify: true, tls_server_name: 'shop.example' }
    expect(probe({ http: 'https://HEALTHROUTE/', ...tls })).toMatchObject({
      port: 443,
      tls: { serverName: 'shop.example' },
    })
    expect(probe({ grpc: 'HEALTHROUTE:1', grpc_use_tls: true, tls_skip_verify: true })).toMatchObject({
      tls: { serverName: '' },
    })
    expect(probe({ tcp: 'HEALTHROUTE:1', tcp_use_tls: true, tls_skip_verify: true })).toMatchObject({
      tls: { serverName: '' },
    })
  })

  it.each([
    ['of UDP', { udp: 'HEALTHROUTE:1' }],
    ['of an HTTP/2 ping', { h2ping: 'HEALTHROUTE:1' }],
    ['of a time to live', { ttl: '10s', interval: undefined }],
    ['of an alias', { alias_service: 'db', interval: undefined }],
    ['whose certificate counts', { http: 'https://HEALTHROUTE/' }],
    ['whose certificate counts, gRPC', { grpc: 'HEALTHROUTE:1', grpc_use_tls: true }],
    ['whose certificate counts, TCP', { tcp: 'HEALTHROUTE:1', tcp_use_tls: true }],
    ['that needs several passes', { tcp: 'HEALTHROUTE:1', success_before_passing: 1 }],
    ['that begins as its author says', { tcp: 'HEALTHROUTE:1', status: 'critical' }],
    ['with a host header that Go sends twice', { http: 'http://HEALTHROUTE', header: { host: ['shop'] } }],
    ['with a host header in capitals', { http: 'http://HEALTHROUTE', header: { HOST: ['shop'] } }],
  ])('is none for a check %s', (_what, check) => {
    expect(probe(check)).toBeUndefined()
  })

  it.each([
    ['of another host', { HTTP: 'http://10.77.0.21:8080/' }],
    ['of this machine', { TCP: '127.0.0.1:8080' }],
    ['of a name', { GRPC: 'db.service.consul:9090' }],
    ['of another host behind a user', { HTTP: `http://${address}@10.77.0.21/` }],
    ['through a proxy', { HTTP: `http://${address}:1/`, ProxyHTTP: 'http://10.77.0.21/' }],
  ])('is none for a check %s, which no definition may have', (_what, check) => {
    expect(probeOf({ Interval: '10s', ...check }, address)).toBeUndefined()
  })

  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
    [302, false],
    [429, false],
    [500, false],
  ])('calls status %i passing: %s', (status, passing) => {
    expect(isPassingStatus(status)).toBe(passing)
  })
})
