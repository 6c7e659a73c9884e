import { describe, expect, it } from '@jest/globals'
import { parseDefinition } from '../../../core/definition/definition.ts'

const place = 'images/web/web/consul.json'
const parse = (value: unknown) =>
  parseDefinition(typeof value === 'string' ? value : JSON.stringify(value), place)
const web = { Name: 'web', Port: 8080 }

describe('a Consul definition', () => {
  it.each([
    ['a service', { name: 'web', port: 8080 }],
    ['a service in the spelling of the HTTP API', { Name: 'web', Port: 8080 }],
    ['an array', [{ name: 'web', port: 8080 }]],
    ['{service}', { service: { name: 'web', port: 8080 } }],
    ['{services}', { services: [{ name: 'web', port: 8080 }] }],
    ['an array of {service}', [{ service: { name: 'web', port: 8080 } }]],
  ])('may be %s', (_form, value) => {
    expect(parse(value)).toEqual([web])
  })

  it.each(['', ' ', '  '])('may be base64, with line breaks and padding', (spaces) => {
    const encoded = Buffer.from(`{"name": "web", "tags": ["wéb"]}${spaces}`).toString('base64')
    expect(parse(`\n${encoded.slice(0, 20)}\n${encoded.slice(20)}\n`)).toEqual([
      { Name: 'web', Tags: ['wéb'] },
    ])
  })

  it('may begin with blank lines, or with the mark of the byte order', () => {
    expect(parse('\n\n{"name": "web", "port": 8080}\n')).toEqual([web])
    expect(parse('\uFEFF{"name": "web", "port": 8080}')).toEqual([web])
    expect(() => parse('\n\n{"name": "web",\n"name": "b"}')).toThrow(`${place}:4: name: is there twice`)
  })

  it.each([
    ['a number for a text', { name: 7 }, 'name: must be a text, not a number'],
    ['a list for a number', { name: 'web', port: [] }, 'port: must be a whole number, 0 to 65535'],
    ['nothing for a name', { port: 1 }, 'Name: is missing (a text)'],
    ['a text for a list', { name: 'web', tags: 'a' }, 'tags: must be a list, not a text'],
    ['a list for an object', { name: 'web', meta: [] }, 'meta: must be an object, not a list'],
    ['a list for a check', { name: 'web', check: [[]] }, 'check: must be an object, not a list'],
    [
      'a text for a yes',
      { name: 'web', enableTagOverride: 'yes' },
      'enableTagOverride: must be true or false, not a text',
    ],
    ['null in a list', { name: 'web', tags: [null] }, 'tags.0: must be a text, not null'],
    ['a bad key', { name: 'web', meta: { 'a b': '1' } }, 'a key must be 1 to 128 of A-Z a-z 0-9 _ -'],
  ])('says what it found instead: %s', (_what, value, sentence) => {
    expect(() => parse(value)).toThrow(sentence)
  })

  it('may hold several services', () => {
    expect(parse({ services: [{ name: 'a' }, { name: 'b' }] }).map((each) => each.Name)).toEqual(['a', 'b'])
  })

  it.each([
    [
      'http',
      {
        http: 'https://HEALTHROUTE:8080/',
        method: 'GET',
        header: { Host: ['web'] },
        tls_skip_verify: true,
        interval: '5s',
        timeout: '1s',
      },
    ],
    ['grpc', { grpc: 'HEALTHROUTE:9090/web', grpc_use_tls: false, interval: '5s' }],
    ['tcp', { tcp: 'HEALTHROUTE:6379', interval: '1m30s' }],
    ['udp', { udp: 'HEALTHROUTE:514', interval: '10s' }],
    ['h2ping', { h2ping: 'HEALTHROUTE:8443', h2ping_use_tls: true, interval: '10s' }],
    ['ttl', { ttl: '30s', status: 'passing' }],
    ['alias', { alias_service: 'db' }],
  ])('may have a check of the kind %s', (_kind, check) => {
    expect(parse({ name: 'web', checks: [check] })[0]?.Checks).toHaveLength(1)
    expect(parse({ name: 'web', check })[0]?.Check).toBeDefined()
  })

  it('knows every field in both spellings', () => {
    const snake = parse({
      name: 'web',
      enable_tag_override: true,
      tagged_addresses: { lan: { address: '10.0.0.1', port: 1 } },
      weights: { passing: 2, warning: 1 },
      check: { id: 'c', ttl: '5s', deregister_critical_service_after: '90m', failures_before_critical: 3 },
    })
    expect(snake).toEqual([
      {
        Name: 'web',
        EnableTagOverride: true,
        TaggedAddresses: { lan: { Address: '10.0.0.1', Port: 1 } },
        Weights: { Passing: 2, Warning: 1 },
        Check: { CheckID: 'c', TTL: '5s', DeregisterCriticalServiceAfter: '90m', FailuresBeforeCritical: 3 },
      },
    ])
    expect(parse(snake)).toEqual(snake)
  })

  it('fills in weights as Consul’s command does', () => {
    expect(parse({ name: 'web', weights: { passing: 3 } })[0]?.Weights).toEqual({ Passing: 3, Warning: 1 })
    expect(parse({ name: 'web', weights: { warning: 0 } })[0]?.Weights).toEqual({ Passing: 1, Warning: 0 })
  })

  it('takes null and an empty text for nothing, as Consul does', () => {
    const empty = { id: '', port: null, tags: null, kind: '', token: '', check: null }
    const check = {
      tcp: 'HEALTHROUTE:1',
      interval: '10s',
      http: '',
      name: null,
      ttl: '0s',
      service_id: 'web',
    }
    expect(parse({ name: 'web', ...empty, checks: [check] })).toEqual([
      { Name: 'web', Checks: [{ TCP: 'HEALTHROUTE:1', Interval: '10s', TTL: '0s', ServiceID: 'web' }] },
    ])
  })

  it.each([
    ['no service', 'a'.repeat(8193), 'has 8193 bytes, and a parameter holds 8192'],
    ['nothing', '', 'is neither JSON nor base64 of JSON'],
    ['base64 of a text', 'aGVsbG8=', 'is neither JSON nor base64 of JSON'],
    ['text', 'hello there!', 'is neither JSON nor base64 of JSON'],
    ['broken JSON', '{"name": ', 'is not JSON'],
    ['no service', [], 'holds no service'],
    ['a number', [7], '[0]: must be an object'],
    ['no name', { port: 80 }, 'is missing'],
    ['an empty name', { name: '' }, 'name: must not be empty'],
    ['a port in quotes', { name: 'web', port: '80' }, 'port: must be '],
    ['a port out of range', { name: 'web', port: 70000 }, 'port: must be a whole number, 0 to 65535'],
    [
      'an unknown field',
      { name: 'web', prot: 80 },
      'prot: is not a field of Consul\'s definition; did you mean "Port"?',
    ],
    [
      'an unknown field in a check',
      { name: 'web', checks: [{ ttl: '5s' }, { htpp: 'x' }] },
      'checks[1].htpp: ',
    ],
    ['a field twice', { name: 'web', Name: 'web' }, 'Name: is there twice, also as name'],
    [
      'a bad duration',
      { service: { name: 'web', check: { ttl: '5 s' } } },
      'service.check.ttl: must be a duration',
    ],
    ['a number for a duration', { name: 'web', check: { ttl: 5 } }, 'check.ttl: must be a duration'],
    [
      'no interval',
      { name: 'web', checks: [{ http: 'http://HEALTHROUTE' }] },
      'checks[0].Interval: is needed for a check of kind HTTP',
    ],
    [
      'interval beside ttl',
      { name: 'web', check: { ttl: '5s', interval: '5s' } },
      'check.interval: has no meaning beside ttl',
    ],
    ['a check of no kind', { name: 'web', check: { interval: '5s' } }, 'check: says nothing to check'],
    [
      'a check of two kinds',
      { name: 'web', check: { tcp: 'a:1', http: 'b', interval: '5s' } },
      'check.tcp: is set together with HTTP',
    ],
    [
      'a script',
      { name: 'web', check: { args: ['/bin/true'], interval: '5s' } },
      'check.args: is not possible here',
    ],
    [
      'an interval of nothing',
      { name: 'web', check: { tcp: 'HEALTHROUTE:1', interval: '0s' } },
      'check.interval: is needed',
    ],
    ['a time to live of nothing', { name: 'web', check: { ttl: '0s' } }, 'check.ttl: must be longer'],
    [
      'more failures before a warning than before critical',
      { name: 'web', check: { ttl: '5s', failures_before_warning: 2, failures_before_critical: 1 } },
      'check.failures_before_warning: must not be higher than failures_before_critical, which is 1',
    ],
    [
      'an alias of a node',
      { name: 'web', check: { alias_node: 'i-0c1' } },
      'check.alias_node: is not possible',
    ],
    ['a sidecar', { name: 'web', connect: { sidecar_service: {} } }, 'connect: must not have a sidecar'],
    ['a socket', { name: 'web', socket_path: '/run/web' }, 'socket_path: is not possible here'],
    ['an empty socket', { name: 'web', socket_path: '' }, 'socket_path: is not possible here'],
    ['a token', { name: 'web', token: 'b1946ac9' }, 'token: is not possible here'],
    [
      'a token in a check',
      { name: 'web', check: { ttl: '5s', token: 'b1' } },
      'check.token: is not possible here',
    ],
    [
      'a kind of service that is none',
      { name: 'web', kind: 'proxy' },
      'kind: must be one of connect-proxy, ',
    ],
    ['a zone without a region', { name: 'web', locality: { zone: 'a' } }, 'locality: must name the region'],
    ['a reserved meta key', { name: 'web', meta: { 'consul-x': 'c' } }, 'are reserved for Consul itself'],
    [
      'a long meta value',
      { name: 'web', meta: { a: 'é'.repeat(257) } },
      'meta.a: must not be longer than 512 bytes',
    ],
    [
      'more meta than Consul takes with ours',
      { name: 'web', meta: Object.fromEntries(Array.from({ length: 58 }, (_, index) => [`m${index}`, ''])) },
      'meta: must not hold more than 57 pairs',
    ],
    [
      'a probe that nobody knows',
      { name: 'web', meta: { probe: 'ldap' }, check: { tcp: 'HEALTHROUTE:1', interval: '1s' } },
      'meta.probe: must be redis, or absent',
    ],
    [
      'a probe without a port',
      { name: 'web', meta: { probe: 'redis' }, check: { http: 'http://HEALTHROUTE:1/', interval: '1s' } },
      'meta.probe: needs a check of kind tcp without TLS, which names the port to ask',
    ],
    [
      'a probe behind TLS',
      {
        name: 'web',
        meta: { probe: 'redis' },
        check: { tcp: 'HEALTHROUTE:1', tcp_use_tls: true, interval: '1s' },
      },
      'meta.probe: needs a check',
    ],
    ['a bad meta key', { name: 'web', meta: { 'a b': 'c' } }, 'a key must be'],
    ['a zero weight', { name: 'web', weights: { passing: 0, warning: 1 } }, 'weights.passing: '],
    ['two services of one name', [{ name: 'a' }, { name: 'a' }], 'holds two services called "a"'],
    ['something beside services', { services: [], name: 'x' }, '"name" is set together with "services"'],
  ])('is refused with the place of the fault: %s', (_what, value, message) => {
    let said = ''
    try {
      parse(value)
    } catch (error) {
      said = (error as Error).message
    }
    expect(said).toContain(`${place}: `)
    expect(said).toContain(message)
  })
})
