import { definitionParameter, TAG } from '../../core/base/names.ts'
import { parseDefinition } from '../../core/definition/definition.ts'
import { owner } from '../../core/registration/owner.ts'
import { registrations, withFingerprint } from '../../core/registration/registration.ts'
import { table } from '../../local/table.ts'
import { type BenchCatalog, benchCatalog, fill } from './lib/catalogs.ts'
import { EVERYWHERE, startFleetAws } from './lib/fleet-aws.ts'
import { BENCH_VPC, type FleetInstance } from './lib/fleet-xml.ts'
import { type Calls, callAlone } from './lib/function-process.ts'
import { bench, megabytes, progress, type Report, seconds } from './lib/report.ts'

/** A round over 10,000 instances that finds nothing to do, on 2 cores, without AWS's own time. */
const TARGETS = { seconds: 3, calls: 30, megabytes: 200, writes: 0 }
/** The function's memory, in MB. */
const MEMORY = 256
const SERVICES = 50
const ROUNDS = 5
/** `catalog`: `model`, or `consul` for three real servers. */
const SETTINGS = { instances: '10000', catalog: 'model' }

const hex = (index: number): string => `i-0${index.toString(16).padStart(16, '0')}`
const address = (index: number): string => `10.${77 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`

/** The function `reconcile`, as shipped, over a large unchanging fleet. */
async function measure(settings: typeof SETTINGS): Promise<Report> {
  const instances = fleet(Number(settings.instances))
  const definitions = new Map(instances.map(({ definition, service }) => [definition, text(service)]))
  const consul = await benchCatalog(settings.catalog)
  try {
    progress.note(`${instances.length} instances, ${consul.what} …`)
    const began = Date.now()
    await fill(consul.catalog, wanted(instances, definitions, consul), (done) => {
      if (settings.catalog === 'consul') progress.note(`${done} entries after ${seconds(Date.now() - began)}`)
    })
    const filled = Date.now() - began
    const servers = consul.servers.map(serverInstance)
    const aws = await startFleetAws([...servers, ...instances], definitions, consul.catalog)
    try {
      const calls = await callAlone('reconcile', ROUNDS, environment(aws.endpoint), MEMORY)
      return report(
        calls,
        filled,
        aws.counted(),
        `${instances.length} instances, ${consul.what} behind the door`,
      )
    } finally {
      await aws.stop()
    }
  } finally {
    await consul.stop()
  }
}

const fleet = (count: number): FleetInstance[] =>
  Array.from({ length: count }, (_, index) => {
    const service = `service${index % SERVICES}`
    const definition = definitionParameter('bench', 'shop', service)
    return { id: hex(index), address: address(index), kind: 'service', app: 'shop', service, definition }
  })

const serverInstance = (server: BenchCatalog['servers'][number]): FleetInstance => ({
  id: server.instanceId,
  address: server.address,
  kind: 'consulserver',
  app: 'platform',
  service: 'consul',
  definition: '',
})

/** With a check that needs no answer. */
const text = (name: string): string =>
  JSON.stringify({
    service: {
      name,
      port: 8080,
      tags: ['grpc', 'internal', 'v12'],
      meta: { team: 'shop', protocol: 'http' },
      checks: [{ id: 'alive', ttl: '24h' }],
    },
  })

function wanted(instances: FleetInstance[], texts: Map<string, string>, { servers }: BenchCatalog) {
  const known = new Map(
    [...texts].map(([name, each]) => [name, withFingerprint(parseDefinition(each, name))]),
  )
  return instances.flatMap(({ id, address: at, app, definition }) => {
    const tags = { [TAG.kind]: 'service', [TAG.definition]: definition, [TAG.app]: app }
    const instance = { id, state: 'running' as const, address: at, vpcId: BENCH_VPC, tags }
    const server = owner(id, servers)
    const parsed = known.get(definition)
    if (!server || !parsed) return []
    return registrations(instance, parsed, 'bench', new Date(0)).map((registration) => ({
      server,
      registration,
    }))
  })
}

const environment = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
  STAGE: 'bench',
  ACCOUNT: '000000000000',
  BUCKET: 'nanofleet-bench',
  TABLE: 'nanofleet-bench',
  VPC_ID: BENCH_VPC,
  VPC_CIDR: EVERYWHERE,
  ZONES: 'a,b,c',
  PRIVATE_SUBNETS: 'a,b,c',
  PRIVATE_CIDRS: '10.77.0.0/20,10.77.16.0/20,10.77.32.0/20',
  PUBLIC_SUBNETS: 'a,b,c',
  PRIVATE_ROUTE_TABLES: 'a,b,c',
  PUBLIC_ROUTE_TABLE: 'a',
  CONSUL_FUNCTION_GROUP: 'sg-0a',
  PROXY_FUNCTION_GROUP: 'sg-0b',
  PACKAGER: 'ops',
  ARCHITECTURE: 'arm64',
})

const CALLED = ['EC2', 'SSM', 'Lambda', 'DynamoDB']

function report(calls: Calls, filled: number, counted: Record<string, number>, what: string): Report {
  const { milliseconds, processor, peakMegabytes, results } = calls
  const each = (name: string): number => (counted[name] ?? 0) / ROUNDS
  const asked = CALLED.reduce((sum, name) => sum + each(name), 0)
  const writes = counted.writes ?? 0
  const longest = Math.max(...milliseconds)
  const withinTarget =
    longest / 1000 <= TARGETS.seconds &&
    asked <= TARGETS.calls &&
    peakMegabytes <= TARGETS.megabytes &&
    writes <= TARGETS.writes
  return {
    data: {
      what,
      filled,
      milliseconds,
      processor,
      asked,
      counted,
      peakMegabytes,
      writes,
      results,
      targets: TARGETS,
    },
    text: [
      what,
      table([
        ['', 'measured', 'target'],
        ['longest round', seconds(longest), seconds(TARGETS.seconds * 1000)],
        ['  of the processor', seconds(Math.max(...processor)), ''],
        ['calls of AWS per round', String(asked), String(TARGETS.calls)],
        ...CALLED.map((name) => [
          `  ${name}`,
          `${each(name)}, ${megabytes(each(`${name} bytes`) / 1e6)}`,
          '',
        ]),
        ['memory at most (RSS)', megabytes(peakMegabytes), megabytes(TARGETS.megabytes)],
        ['writes', String(writes), String(TARGETS.writes)],
        ['making the entries', seconds(filled), ''],
      ]),
      withinTarget ? 'within target' : 'over target',
    ].join('\n\n'),
    withinTarget,
  }
}

await bench(measure, SETTINGS)
