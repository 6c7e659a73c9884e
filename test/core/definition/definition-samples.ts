import fc from 'fast-check'

/** A definition as Consul's files spell it: what `consul services register` reads. */
export interface Sample {
  services: Fields[]
  /** How it is written for us; the command knows one form only. */
  form: 'bare' | 'array' | 'service' | 'services' | 'wrapped array'
  spelling: 'snake' | 'camel' | 'mixed'
  base64: boolean
}
export type Fields = Record<string, unknown>

const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.constantFrom('HEALTHROUTE', 'on HEALTHROUTE:80', 'wéb – ü'),
)
const port = fc.integer({ min: 0, max: 65535 })
const host = fc.constantFrom('HEALTHROUTE', '192.0.2.7', 'db.example')
/** Whom a check may ask, in each way that Go reads as the instance. */
const instance = fc.constantFrom('HEALTHROUTE', 'guest:gu%65st@HEALTHROUTE', '@HEALTHROUTE')
const checkPort = fc.integer({ min: 1, max: 65535 })
const path = fc.oneof(
  word,
  fc.constantFrom('', 'a b', 'wéb', '%41?x=1#y', 'HEALTHROUTE', '//', '..%2f?q=a@b:c'),
)
const duration = fc.oneof(
  fc
    .tuple(fc.integer({ min: 10, max: 99 }), fc.constantFrom('s', 'm', 'h'))
    .map(([n, unit]) => `${n}${unit}`),
  fc.constantFrom('1m30s', '90000ms', '+10s', '10.5s', '12.s', '0.5h', '1h0m.5s', '20000000µs', '20000000μs'),
)
const count = fc.integer({ min: 0, max: 3 })

/** Some of the fields, each as often present as absent. */
const some = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Fields> =>
  fc.record(fields, { requiredKeys: [] })

const asked = { interval: duration }
const tls = { tls_server_name: word, tls_skip_verify: fc.boolean() }
const probe = fc.oneof(
  fc
    .tuple(fc.constantFrom('http', 'https', 'HTTP'), instance, checkPort, path)
    .chain(([scheme, name, number, rest]) =>
      fc.record(
        {
          http: fc.constant(`${scheme}://${name}:${number}/${rest}`),
          ...asked,
          method: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT'),
          header: fc.dictionary(word, fc.array(text, { maxLength: 2 }), { maxKeys: 2 }),
          body: text,
          disable_redirects: fc.constant(true),
          ...tls,
        },
        { requiredKeys: ['http', 'interval'] },
      ),
    ),
  fc.tuple(checkPort, fc.option(word)).chain(([number, service]) =>
    fc.record(
      {
        grpc: fc.constant(`HEALTHROUTE:${number}${service ? `/${service}` : ''}`),
        ...asked,
        grpc_use_tls: fc.boolean(),
        ...tls,
      },
      { requiredKeys: ['grpc', 'interval'] },
    ),
  ),
  ...(['tcp', 'udp', 'h2ping'] as const).map((kind) =>
    checkPort.chain((number) =>
      fc
        .tuple(fc.record(asked), some(kind === 'udp' ? {} : { [`${kind}_use_tls`]: fc.boolean(), ...tls }))
        .map(([when, how]): Fields => ({ [kind]: `HEALTHROUTE:${number}`, ...when, ...how })),
    ),
  ),
)
/** No alias of a node, which we refuse: to end one, the command's agent would stop answering. */
const other = fc.oneof(fc.record({ ttl: duration }), fc.record({ alias_service: word }))
export const check: fc.Arbitrary<Fields> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: probe as fc.Arbitrary<Fields> }, { weight: 1, arbitrary: other }),
    some({
      name: text,
      notes: text,
      status: fc.constantFrom('passing', 'warning', 'critical'),
      // An agent that forgets an HTTP check waits for the question it has put, and answers nobody meanwhile.
      timeout: fc.constantFrom('100ms', '.2s', '+0.1s', '150000µs'),
      success_before_passing: count,
      deregister_critical_service_after: duration,
      output_max_size: fc.integer({ min: 0, max: 9000 }),
    }),
    fc.option(fc.tuple(count, count)),
  )
  .map(([kind, common, failures]) => ({
    ...kind,
    ...common,
    ...(failures && {
      failures_before_critical: Math.max(...failures),
      failures_before_warning: Math.min(...failures),
    }),
  }))

/** zod leaves out what would change an object's prototype. */
const metaKey = fc
  .stringMatching(/^[A-Za-z0-9_-]{1,9}$/)
  .filter((name) => !['__proto__', 'probe'].includes(name))

const service: fc.Arbitrary<Fields> = fc
  .tuple(
    fc.record({ name: word }),
    some({
      id: word,
      tags: fc.array(text, { maxLength: 3 }),
      port,
      meta: fc.dictionary(metaKey, text, { maxKeys: 3 }),
      tagged_addresses: fc.dictionary(
        fc.constantFrom('lan', 'wan', 'own'),
        fc.record({ address: host, port }, { requiredKeys: ['address'] }),
        { maxKeys: 2 },
      ),
      weights: some({ passing: fc.integer({ min: 1, max: 99 }), warning: fc.integer({ min: 0, max: 99 }) }),
      enable_tag_override: fc.boolean(),
      locality: fc.record({ region: word, zone: word }, { requiredKeys: ['region'] }),
      check,
      checks: fc.array(check, { maxLength: 3 }),
    }),
  )
  .map(([name, more]) => ({ ...name, ...more }))

/** Definitions that Consul takes, with names, ids and the ids of some checks each once. */
export const samples: fc.Arbitrary<Sample> = fc
  .record({
    services: fc.array(service, { minLength: 1, maxLength: 3 }),
    form: fc.constantFrom<Sample['form'][]>('bare', 'array', 'service', 'services', 'wrapped array'),
    spelling: fc.constantFrom<Sample['spelling'][]>('snake', 'camel', 'mixed'),
    base64: fc.boolean(),
    named: fc.boolean(),
  })
  .map(({ services, named, ...rest }) => ({
    ...rest,
    services: services.map((each, index) => distinct(each, index, named)),
  }))

function distinct(fields: Fields, index: number, named: boolean): Fields {
  const mark = (value: unknown): string => `${value}-${index}`
  const id = fields.id === undefined ? {} : { id: mark(fields.id) }
  const all = { ...fields, name: mark(fields.name), ...id } as Fields
  if (named && Array.isArray(all.checks))
    all.checks = all.checks.map((each: Fields, place) => ({ ...each, id: `c${index}-${place}` }))
  return all
}

/** Field names that joining capitalised words does not give. */
const CAMEL: Record<string, string> = {
  http: 'HTTP',
  grpc: 'GRPC',
  tcp: 'TCP',
  udp: 'UDP',
  h2ping: 'H2PING',
  ttl: 'TTL',
  id: 'ID',
  grpc_use_tls: 'GRPCUseTLS',
  tcp_use_tls: 'TCPUseTLS',
  h2ping_use_tls: 'H2PingUseTLS',
  tls_server_name: 'TLSServerName',
  tls_skip_verify: 'TLSSkipVerify',
}
const camel = (name: string): string =>
  CAMEL[name] ?? name.replace(/(^|_)(.)/g, (_all, _bar, letter: string) => letter.toUpperCase())

/** Fields whose keys are the author's. */
const OPAQUE = new Set(['meta', 'header'])

function respell(value: unknown, spelling: Sample['spelling'], depth = 0): unknown {
  if (Array.isArray(value)) return value.map((item, index) => respell(item, spelling, depth + index))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field], index) => {
      const change = spelling === 'camel' || (spelling === 'mixed' && (index + depth) % 2 === 0)
      const inner =
        name === 'tagged_addresses' && typeof field === 'object' && field !== null && !Array.isArray(field)
          ? Object.entries(field as Fields).map(([tag, at]) => [tag, respell(at, spelling)])
          : undefined
      const below = inner
        ? Object.fromEntries(inner)
        : OPAQUE.has(name)
          ? field
          : respell(field, spelling, depth + 1)
      return [change ? camel(name) : name, below]
    }),
  )
}

/** The text that our side reads. */
export function written({ services, form, spelling, base64 }: Sample): string {
  const all = services.map((each) => respell(each, spelling))
  const shapes: Record<Sample['form'], unknown> = {
    bare: all.length === 1 ? all[0] : all,
    array: all,
    service: all.length === 1 ? { service: all[0] } : { services: all },
    services: { services: all },
    'wrapped array': all.map((each) => ({ service: each })),
  }
  const plain = JSON.stringify(shapes[form])
  return base64 ? Buffer.from(plain).toString('base64') : plain
}
