import { describe, expect, it } from '@jest/globals'
import { blindChecks } from '../../../core/definition/blind-checks.ts'
import { checkPorts } from '../../../core/definition/check-ports.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'

const ports = (...checks: Record<string, unknown>[]) =>
  checkPorts(
    parseDefinition(
      JSON.stringify({ name: 'x', checks: checks.map((check) => ({ interval: '1s', ...check })) }),
      'x',
    ),
  )

describe('the ports of checks', () => {
  it.each([
    [{ http: 'http://HEALTHROUTE:8080/healthz' }, [{ protocol: 'tcp', port: 8080 }]],
    [{ http: 'http://HEALTHROUTE/healthz' }, [{ protocol: 'tcp', port: 80 }]],
    [{ http: 'https://HEALTHROUTE' }, [{ protocol: 'tcp', port: 443 }]],
    [{ grpc: 'HEALTHROUTE:9000/svc' }, [{ protocol: 'tcp', port: 9000 }]],
    [{ grpc: 'HEALTHROUTE:9000' }, [{ protocol: 'tcp', port: 9000 }]],
    [{ tcp: 'HEALTHROUTE:6379' }, [{ protocol: 'tcp', port: 6379 }]],
    [{ http: 'https://HEALTHROUTE:8443/a' }, [{ protocol: 'tcp', port: 8443 }]],
    [{ udp: 'HEALTHROUTE:5353' }, [{ protocol: 'udp', port: 5353 }]],
    [{ h2ping: 'HEALTHROUTE:8443' }, [{ protocol: 'tcp', port: 8443 }]],
  ])('are read from %j', (check, expected) => {
    expect(ports(check)).toEqual(expected)
  })

  it('are none for a check that the program reports itself', () => {
    expect(checkPorts(parseDefinition('{"name": "x", "check": {"ttl": "10s"}}', 'x'))).toEqual([])
  })

  it('are none for an address without one, and for a URL that is none', () => {
    const checks = [{ HTTP: 'ftp://HEALTHROUTE' }, { TCP: 'HEALTHROUTE' }] as const
    expect(checkPorts(checks.map((Check) => ({ Name: 'x', Check }) as never))).toEqual([])
  })

  it('are those of both protocols, tcp first, and of every service of a definition', () => {
    expect(ports({ udp: 'HEALTHROUTE:53' }, { tcp: 'HEALTHROUTE:53' })).toEqual([
      { protocol: 'tcp', port: 53 },
      { protocol: 'udp', port: 53 },
    ])
    const one = { name: 'a', check: { tcp: 'HEALTHROUTE:2', interval: '1s' } }
    const other = { name: 'b', checks: [{ tcp: 'HEALTHROUTE:1', interval: '1s' }] }
    const both = checkPorts(parseDefinition(JSON.stringify({ services: [one, other] }), 'x'))
    expect(both.map(({ port }) => port)).toEqual([1, 2])
  })

  it('are each named once, lowest first', () => {
    expect(
      ports({ tcp: 'HEALTHROUTE:9000' }, { http: 'http://HEALTHROUTE:8080/a' }, { tcp: 'HEALTHROUTE:8080' }),
    ).toEqual([
      { protocol: 'tcp', port: 8080 },
      { protocol: 'tcp', port: 9000 },
    ])
  })
})

describe('checks that see no hang', () => {
  const said = (...checks: Record<string, unknown>[]) =>
    blindChecks(
      parseDefinition(
        JSON.stringify({ name: 'db', checks: checks.map((check) => ({ interval: '1s', ...check })) }),
        'x',
      ),
      'images/shop/db/consul.json',
    )
  const tcp = { tcp: 'HEALTHROUTE:6379' }

  it('are named with their service and file', () => {
    expect(said({ ...tcp, name: 'db listens' })).toEqual([
      'images/shop/db/consul.json: db may hang unseen, as its check "db listens" only opens a port; ' +
        'ask it something by http or grpc; for Redis, set "probe": "redis" in its meta',
    ])
    expect(said({ udp: 'HEALTHROUTE:53' }, tcp)[0]).toMatch(/ as its check only opens a port;/)
  })

  it('are not those that the Consul server asks in their own protocol; a UDP check still is', () => {
    const spoken = (check: object) => {
      const service = { name: 'db', meta: { probe: 'redis' }, check: { interval: '1s', ...check } }
      return parseDefinition(JSON.stringify(service), 'x')
    }
    expect(blindChecks(spoken(tcp), 'x')).toEqual([])
    const [service] = spoken(tcp)
    expect(blindChecks([{ ...service, Name: 'db', Check: { UDP: 'HEALTHROUTE:53' } }], 'x')).toHaveLength(1)
  })

  it.each([
    [[]],
    [[{ ...tcp, tcp_use_tls: true }]],
    [[tcp, { http: 'http://HEALTHROUTE:80/' }]],
    [[{ grpc: 'HEALTHROUTE:80' }]],
    [[{ ttl: '10s', interval: undefined }]],
  ])('are not among %j', (checks) => {
    expect(said(...checks)).toEqual([])
  })
})
