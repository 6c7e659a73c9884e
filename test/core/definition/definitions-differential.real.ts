import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { ConsulServer, Registration } from '../../../core/base/catalog.ts'
import { BadDefinition, parseDefinition } from '../../../core/definition/definition.ts'
import { registrations, withFingerprint } from '../../../core/registration/registration.ts'
import { type ConsulCluster, consulBinary, startConsul } from '../../live/consul.ts'
import { type Fields, type Sample, samples, written } from './definition-samples.ts'
import { type Kept, plain, renamed } from './kept.ts'
import { wrongSamples } from './wrong-samples.ts'

/** Each of them starts Consul's command once, about 0.15 s. */
const RIGHT = 70
const WRONG = 80
const INSTANCE = { id: 'i-0aa', address: '192.0.2.77' }
const PLACE = '/nanofleet/test/web/web/consul'
const run = promisify(execFile)

/** Where we say no and Consul does not: what our sentence says, and why it is better not to go on. */
const STRICTER: [RegExp, string][] = [
  [
    /is set together with (HTTP|GRPC|TCP|UDP|H2PING|TTL)/,
    'Consul runs one of two kinds in a check and never says which',
  ],
  [
    /is not possible here: a script/,
    'a script would run on the Consul server; where Consul takes it, it does nothing',
  ],
  [/is not possible here: a unikernel has no/, 'neither shell nor containers'],
  [
    /is not possible here: it would ask the operating system/,
    'the service would be looked for on the Consul server',
  ],
  [
    /is not possible here: Nanofleet registers with a token/,
    'the command drops it, and a secret would lie about',
  ],
  [
    /is not possible here: no other machine can reach/,
    'a socket cannot be reached by those who look the service up',
  ],
  [/must not have a sidecar/, 'the agent would register a second service that nobody asked for here'],
  [/kind: must be one of/, 'the command takes any other word for none'],
  [/must be a whole number/, 'the command cuts fractions off and lets any number be a port'],
  [/must be a duration/, 'less than nothing is nothing to Consul'],
  [
    /must be (a text|an object|true or false|a list), not (a list|an object)/,
    'the command takes a list of one for the one',
  ],
  [/must not be less than 0/, 'less than none is none to Consul'],
  [/is there twice|holds two services called/, 'the last of them would win'],
  [
    /must ask HEALTHROUTE|must be a whole URL|must name a port|must have a port|hexadecimal digits/,
    'the check would ask the Consul server, somebody else or nobody',
  ],
  [/is not possible here: a proxy would be asked/, 'a proxy is somebody else than the instance'],
  [/must not be false: a redirect/, 'a redirect could lead the Consul server to its own credentials'],
  [/must be a name that DNS can say/, 'Consul takes it with a warning, and its DNS never finds it'],
]

/**
 * Two agents of their own: one is told by Consul's command `consul services register`, the other by us, and
 * what they have written down must be the same but for ids, the address and our meta.
 */
describe('a definition', () => {
  let theirs: ConsulCluster
  let ours: ConsulCluster
  let folder: string
  const seed = Number(process.env.NANOFLEET_SEED || 335647)

  beforeAll(async () => {
    process.stderr.write(`definitions differential: NANOFLEET_SEED=${seed}\n`)
    folder = await mkdtemp(join(tmpdir(), 'definitions-'))
    theirs = await startConsul(1)
    ours = await startConsul(1)
    await writeFile(join(folder, 'ca.pem'), theirs.access.certificate)
  }, 60_000)
  afterAll(async () => {
    await Promise.all([theirs?.stop(), ours?.stop()])
    await rm(folder, { recursive: true, force: true })
  }, 20_000)

  /** What the command makes of the sample: the agent's records, or why it refuses. */
  const command = async ({ services }: Sample): Promise<Kept | Refused> => {
    const file = join(folder, 'definition.json')
    const server = only(theirs)
    // Ours is the instance's in any case, if the definition's is one at all.
    const whole = services.map((each) =>
      typeof (each.address ?? '') === 'string' ? { ...each, address: INSTANCE.address } : each,
    )
    const text = JSON.stringify(whole.length === 1 ? { service: whole[0] } : { services: whole })
    await writeFile(file, text.replaceAll('HEALTHROUTE', INSTANCE.address))
    try {
      const to = [`-http-addr=https://${server.address}:8501`, `-ca-file=${join(folder, 'ca.pem')}`]
      const env = { ...process.env, CONSUL_HTTP_TOKEN: theirs.access.token }
      await run(consulBinary(), ['services', 'register', ...to, file], { env })
    } catch (error) {
      return { refused: (error as Error).message }
    }
    return await kept(theirs)
  }

  /** What we make of it, by the code that the functions run. */
  const mine = async (sample: Sample): Promise<{ kept: Kept; put: Registration[] } | Refused> => {
    const server = only(ours)
    try {
      const definition = withFingerprint(parseDefinition(written(sample), PLACE))
      const instance = { ...INSTANCE, state: 'running' as const, vpcId: 'vpc-0', tags: {} }
      const put = registrations(instance, definition, 'test', new Date())
      for (const each of put) await ours.catalog.register(server, { registration: each })
      return { kept: await kept(ours), put }
    } catch (error) {
      if (error instanceof BadDefinition) return { refused: error.message }
      throw error
    }
  }

  const empty = async (): Promise<void> => {
    for (const cluster of [theirs, ours]) {
      const server = only(cluster)
      const { entries } = await cluster.catalog.listing(server)
      for (const { id } of entries) await cluster.catalog.deregister(server, { id })
    }
  }

  /** A sentence for each way in which we and the command differ about the sample. */
  const differences = async (sample: Sample): Promise<string[]> => {
    const about = JSON.stringify(sample.services)
    const both = Promise.all([command(sample), mine(sample)])
    const [their, our] = await both.catch((error: unknown) => {
      throw new Error(`${(error as Error).message}: ${about}`, { cause: error })
    })
    await empty()
    if ('refused' in our) {
      const poor = isClear(our.refused) ? [] : [`says "${our.refused}": ${about}`]
      if ('refused' in their || STRICTER.some(([said]) => said.test(our.refused))) return poor
      return [...poor, `refuses, "${our.refused}", what the command takes: ${about}`]
    }
    if ('refused' in their) return [`takes what the command refuses, "${their.refused}": ${about}`]
    const names = new Map(
      our.put.map((each, index) => [
        each.ID,
        String(sample.services[index]?.id || sample.services[index]?.name),
      ]),
    )
    const [left, right] = [plain(their), plain(renamed(our.kept, names))]
    return left === right ? [] : [`command: ${left}\n      us: ${right}\n   about ${about}`]
  }

  const every = async (from: fc.Arbitrary<Sample>, numRuns: number): Promise<string[]> => {
    const found: string[] = []
    for (const sample of fc.sample(from, { numRuns, seed })) found.push(...(await differences(sample)))
    return found
  }

  it('becomes the same entries and checks as by Consul’s own command, in every form and spelling', async () => {
    expect(await every(samples, RIGHT)).toEqual([])
  }, 60_000)

  it('keeps what the command loses on its way to the agent', async () => {
    const check = { interval: '1h', h2ping: 'HEALTHROUTE:1', h2ping_use_tls: false, output_max_size: 9 }
    const services = [
      {
        name: 'web',
        checks: [check, { interval: '1h', http: 'http://HEALTHROUTE:1/', disable_redirects: true }],
      },
    ]
    const outcome = await mine({ services, form: 'services', spelling: 'snake', base64: false })
    await empty()
    if ('refused' in outcome) throw new Error(outcome.refused)
    const [ping, http] = outcome.kept.checks
      .map(({ ChkType }) => ChkType as Fields)
      .sort((a, b) => String(a.HTTP).localeCompare(String(b.HTTP)))
    expect([ping?.H2PingUseTLS, ping?.OutputMaxSize, http?.DisableRedirects]).toEqual([false, 9, true])
  }, 20_000)

  it('is refused where Consul refuses it, with a better sentence, and else only for a reason', async () => {
    expect(await every(wrongSamples, WRONG)).toEqual([])
  }, 60_000)
})

interface Refused {
  refused: string
}

async function kept(cluster: ConsulCluster): Promise<Kept> {
  const data = cluster.data(only(cluster))
  const all = async (kind: string): Promise<Fields[]> => {
    const names = await readdir(join(data, kind)).catch(() => [])
    return await Promise.all(
      names.map(async (name) => {
        const { Token, ...record } = JSON.parse(await readFile(join(data, kind, name), 'utf8'))
        return { ...record, known: Token === cluster.access.token }
      }),
    )
  }
  const [services, checks] = await Promise.all([all('services'), all('checks')])
  return { services: services.map(({ Service, known }) => ({ ...(Service as Fields), known })), checks }
}

/** Says where and what in words of ours. */
const isClear = (message: string): boolean =>
  message.startsWith(`${PLACE}: `) && !/Invalid|expected|undefined|\[object|NaN/.test(message)

const only = (cluster: ConsulCluster): ConsulServer => cluster.servers[0] as ConsulServer
