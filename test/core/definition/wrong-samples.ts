import fc from 'fast-check'
import { check, type Fields, type Sample, samples } from './definition-samples.ts'

/** Values that may appear where they should not. */
const junk = fc.constantFrom<unknown[]>(
  null,
  '',
  'x',
  '5',
  '0s',
  '5 s',
  '.5s',
  '-5s',
  '9999999h',
  -1,
  0,
  1,
  80.5,
  70000,
  true,
  [],
  ['a'],
  {},
  { a: 1 },
  { consul: 'x' },
  'Shop.Orders_v2',
  'media server',
  'http://localhost:8080/health',
  'http://HEALTHROUTE@169.254.169.254/',
  'http://HEALTHROUTE.example/',
  'http://HEALTHROUTE:8080/%zz',
  'healthroute:80',
  'HEALTHROUTE',
  'HEALTHROUTE:0',
  '/healthz',
)
const SERVICE = ['name', 'id', 'tags', 'port', 'meta', 'tagged_addresses', 'weights', 'enable_tag_override']
const MORE = [
  'check',
  'checks',
  'kind',
  'address',
  'socket_path',
  'token',
  'locality',
  'connect',
  'prot',
  'namespace',
]
const CHECK = [
  'id',
  'name',
  'notes',
  'status',
  'http',
  'header',
  'method',
  'body',
  'disable_redirects',
  'grpc',
  'grpc_use_tls',
]
const CHECK_MORE = [
  'tcp',
  'tcp_use_tls',
  'udp',
  'h2ping',
  'h2ping_use_tls',
  'ttl',
  'alias_service',
  'args',
  'shell',
]
const CHECK_LAST = [
  'docker_container_id',
  'os_service',
  'tls_server_name',
  'tls_skip_verify',
  'interval',
  'timeout',
  'htpp',
  'proxy_http',
]
const CHECK_NUMBERS = [
  'output_max_size',
  'success_before_passing',
  'failures_before_warning',
  'failures_before_critical',
]
const CHECK_OTHER = ['deregister_critical_service_after', 'service_id', 'token', 'script']

/** The sample with one or two things wrong, or odd, with it. */
export const wrongSamples: fc.Arbitrary<Sample> = fc
  .tuple(
    samples,
    check,
    fc.array(
      fc.oneof(
        fc.tuple(fc.constant('service' as const), fc.constantFrom(...SERVICE, ...MORE), junk),
        fc.tuple(
          fc.constant('check' as const),
          fc.constantFrom(...CHECK, ...CHECK_MORE, ...CHECK_LAST, ...CHECK_NUMBERS, ...CHECK_OTHER),
          junk,
        ),
        fc.tuple(fc.constant('without' as const), fc.constantFrom('name', 'interval'), fc.constant(null)),
        fc.tuple(
          fc.constant('meta' as const),
          fc.constantFrom('consul-x', 'a b', '', 'ok'),
          fc.constantFrom('v', 'é'.repeat(300), 1),
        ),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  )
  .map(([sample, more, faults]) => {
    const [first = {}, ...others] = structuredClone(sample.services)
    const one = { ...more, ...(first.check as Fields | undefined) }
    for (const [where, field, value] of faults) {
      if (where === 'service') first[field] = value
      if (where === 'check') first.check = Object.assign(one, { [field]: value })
      if (where === 'without') {
        delete first[field]
        delete one[field]
      }
      if (where === 'meta') first.meta = { ...(first.meta as Fields), [field]: value }
    }
    return { ...sample, spelling: 'snake', services: [first, ...others] }
  })
