import { describe, expect, it } from '@jest/globals'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { namedServices } from '../../../core/definition/named-services.ts'

const FILE = 'images/shop/shop/consul.json'
const WHERE = 'the check runs on a Consul server, where that word becomes the address of the instance'
const check = (asked: string, more = '') =>
  `{"service": {"name": "shop", "port": 8080, "check": {${asked}, "interval": "10s"${more}}}}`

/** Small definitions as public repositories have them: what becomes of each, in our words when it is no. */
const DEFINITIONS: [what: string, text: string, outcome: object | string][] = [
  [
    'a port in quotes',
    '{"service": {"name": "shop", "port": "8080", "check": {"tcp": "HEALTHROUTE:8080", "interval": "10s"}}}',
    'service.port: must be a whole number, 0 to 65535',
  ],
  [
    "a configuration of Consul's agent",
    '{"datacenter": "dc1", "log_level": "INFO", "services": [{"name": "shop", "port": 3306}]}',
    'is a configuration of Consul\'s agent: "datacenter", "log_level"; keep "services" and leave out the rest',
  ],
  [
    'a configuration of an agent without services',
    '{"data_dir": "/opt/consul", "server": true, "ports": {"dns": 53}}',
    'is a configuration of Consul\'s agent: "data_dir", "server", "ports"; write a definition of the service instead',
  ],
  [
    'a gRPC check in the spelling of the API',
    '{"Name": "ledger", "Port": 50051, "Check": {"GRPC": "HEALTHROUTE:50051/ledger.v1.Ledger", "GRPCUseTLS": true, "TLSSkipVerify": true, "Interval": "10s"}}',
    { Name: 'ledger', Check: { GRPC: 'HEALTHROUTE:50051/ledger.v1.Ledger', GRPCUseTLS: true } },
  ],
  [
    'a gRPC check in the spelling of files',
    '{"service": {"name": "ledger", "port": 50051, "check": {"grpc": "HEALTHROUTE:50051", "grpc_use_tls": false, "interval": "10s"}}}',
    { Name: 'ledger', Check: { GRPC: 'HEALTHROUTE:50051', GRPCUseTLS: false } },
  ],
  [
    'a sidecar',
    '{"service": {"name": "shop", "port": 8080, "connect": {"sidecar_service": {}}}}',
    'service.connect: must not have a sidecar',
  ],
  [
    'a name with dots and underscores',
    '{"service": {"name": "Shop.Orders_v2", "port": 8080}}',
    'service.name: must be a name that DNS can say',
  ],
  [
    'a name with a space',
    '{"service": {"name": "media server", "port": 8080}}',
    'service.name: must be a name that DNS can say',
  ],
  [
    'a service twice under one key',
    '{"service": {"name": "shop", "port": 8080},\n"service": {"name": "shop-admin", "port": 8081}}',
    ':2: service: is there twice, and the last of them would win; keep one of them, or make it a list under "services"',
  ],
  [
    'a namespace and a partition',
    '{"service": {"name": "shop", "port": 8080, "namespace": "default", "partition": "default"}}',
    "service.namespace: is not a field of Consul's definition",
  ],
  [
    'several ports',
    '{"service": {"name": "shop", "ports": [{"name": "main", "port": 8080, "default": true}]}}',
    'service.ports: is not a field of Consul\'s definition; did you mean "Port"?',
  ],
  [
    'a check of localhost',
    check('"http": "http://localhost:8080/health"'),
    `service.check.http: must ask HEALTHROUTE, as in http://HEALTHROUTE:8080/healthz: ${WHERE}`,
  ],
  [
    'a check with a user and a password',
    check('"http": "http://guest:guest@HEALTHROUTE:15672/api/healthchecks/node"'),
    { Check: { HTTP: 'http://guest:guest@HEALTHROUTE:15672/api/healthchecks/node', DisableRedirects: true } },
  ],
  [
    'a check without a scheme',
    check('"http": "HEALTHROUTE:8080/healthz"'),
    'service.check.http: must be a whole URL; write http://HEALTHROUTE:8080/healthz',
  ],
  [
    'a check of a path',
    check('"http": "/healthz"'),
    'service.check.http: must be a whole URL; write http://HEALTHROUTE:8080/healthz',
  ],
  [
    'braces in a tag',
    '{"service": {"name": "shop", "port": 8080, "tags": ["route.rule=Host(`{{ .Name }}.example`)"]}}',
    { Name: 'shop', Tags: ['route.rule=Host(`{{ .Name }}.example`)'] },
  ],
]

describe('a definition of the field', () => {
  it.each(DEFINITIONS)('is read or refused with place and remedy: %s', (_what, text, outcome) => {
    for (const written of [text, Buffer.from(text).toString('base64')]) {
      let read: object | string
      try {
        read = parseDefinition(written, FILE)[0] ?? {}
      } catch (error) {
        read = (error as Error).message
      }
      if (typeof outcome === 'object') expect(read).toMatchObject(outcome)
      else expect(read).toMatch(new RegExp(`^${FILE}:`))
      if (typeof outcome === 'string') expect(read).toContain(outcome)
    }
    if (typeof outcome === 'object') expect(namedServices(text, FILE).services).toHaveLength(1)
  })
})
