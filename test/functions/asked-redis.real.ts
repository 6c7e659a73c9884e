import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ConsulAccess } from '../../adapters/consul/access.ts'
import { ProbingConsul } from '../../adapters/consul/first-answer.ts'
import { ask } from '../../adapters/consul/probes.ts'
import { ConsulRequests } from '../../adapters/consul/requests.ts'
import type { CatalogEntry } from '../../core/base/catalog.ts'
import { parseDefinition } from '../../core/definition/definition.ts'
import { FirstAnswer } from '../../core/registration/first-answer.ts'
import { isUpToDate, registrations, withFingerprint } from '../../core/registration/registration.ts'
import { until } from '../../scripts/demo/wait.ts'
import { type OwnRedis, ownRedis } from '../apps/boutique/cart-redis.ts'
import { askServer, fixedAccess } from '../live/consul-api.ts'
import { PlatformProgram } from '../live/platform-program.ts'

const FILE = 'images/boutique/redis/consul.json'

/** What something that is not a healthy Redis, or is one with a password, says to PING. */
const ANSWERS: [string, string, 'passing' | 'critical'][] = [
  ['a password wanted', '-NOAUTH Authentication required.\r\n', 'passing'],
  ['no permission', "-NOPERM User default has no permissions to run the 'ping' command\r\n", 'passing'],
  ['loading', '-LOADING Redis is loading the dataset in memory\r\n', 'critical'],
  ['a script that blocks', '-BUSY Redis is busy running a script.\r\n', 'critical'],
  ['another protocol', 'HTTP/1.1 400 Bad Request\r\n', 'critical'],
  ['no answer', '', 'critical'],
]

/** The shop's definition of redis, on one server of the platform's own program. */
describe('a Redis that its Consul server asks', () => {
  let platform: PlatformProgram
  let redis: OwnRedis
  let catalog: ProbingConsul
  let access: ConsulAccess
  const answering: Server[] = []
  const addressOf = (last: number) => `127.${platform.network}.1.${last}`
  const server = () => {
    const [first] = platform.servers
    if (!first) throw new Error('no server')
    return first
  }

  beforeAll(async () => {
    platform = await PlatformProgram.start(1)
    redis = await ownRedis(addressOf(99), 6379)
    const token = platform.secret('registration-token')
    access = { certificate: platform.secret('ca-certificate'), token }
    const first = new FirstAnswer(ask, { now: () => performance.now(), pause: sleep })
    catalog = new ProbingConsul(first, new ConsulRequests(fixedAccess(access)))
    for (const [index, [, answer]] of ANSWERS.entries()) {
      const listening = createServer((socket) =>
        socket.on('error', () => undefined).once('data', () => answer && socket.write(answer)),
      )
      answering.push(listening.listen(6379, addressOf(index + 1)))
      await once(listening, 'listening')
    }
    await until('a leader and its tokens', 60, async () =>
      (await catalog.cluster(server()).catch(() => undefined))?.leader ? true : undefined,
    )
  }, 90_000)
  afterAll(async () => {
    for (const each of answering) each.close()
    await redis?.kill()
    await platform?.stop()
  }, 20_000)

  const definition = withFingerprint(parseDefinition(readFileSync(FILE, 'utf8'), FILE))
  const wanted = (id: string, address: string) => {
    const instance = { id, address, state: 'running' as const, vpcId: 'vpc-0a', tags: {} }
    const [registration] = registrations(instance, definition, 'test', new Date())
    if (!registration) throw new Error('no service')
    return registration
  }
  const entry = async (id: string): Promise<CatalogEntry | undefined> =>
    (await catalog.listing(server(), { instanceIds: [id] })).entries[0]
  const becomes = (id: string, status: string): Promise<CatalogEntry> =>
    until(`${id} is ${status}`, 10, async () => {
      const found = await entry(id)
      return found?.status === status ? found : undefined
    })

  it('passes from the first moment, fails within seconds when it hangs, and is no drift meanwhile', async () => {
    const registration = wanted('i-99', addressOf(99))
    await catalog.register(server(), { registration })
    expect(await entry('i-99')).toMatchObject({ status: 'passing', meta: { probe: 'redis' } })
    redis.freeze()
    const begun = performance.now()
    const sick = await becomes('i-99', 'critical')
    console.log(`a hung Redis fails its check after ${((performance.now() - begun) / 1000).toFixed(1)} s`)
    expect(sick.output).toContain(
      `redis at ${addressOf(99)}:6379 accepts connections but does not answer PING: too late`,
    )
    expect(isUpToDate(sick, registration)).toBe(true)
    redis.thaw()
    expect(isUpToDate(await becomes('i-99', 'passing'), registration)).toBe(true)
  }, 30_000)

  it('is judged alike by the server and by the first answer', async () => {
    const of = (index: number) => wanted(`i-${index}`, addressOf(index + 1))
    const clock = { now: () => performance.now(), pause: sleep }
    const first = await Promise.all(
      ANSWERS.map(async (_answer, index) => {
        const [check] = ((await new FirstAnswer(ask, clock).of(of(index))).Checks ?? []) as {
          Status?: string
        }[]
        return check?.Status ?? 'critical'
      }),
    )
    await Promise.all(
      ANSWERS.map((_answer, index) =>
        catalog.register(server(), { registration: of(index), asleep: undefined }),
      ),
    )
    const theirs = await until('every check has run', 15, async () => {
      const { text } = await askServer(server().address, '/v1/agent/checks', access)
      const checks = JSON.parse(text) as Record<string, { Status: string; Output: string }>
      const all = ANSWERS.map((_answer, index) => checks[`service:i-${index}`])
      return all.every((each) => each?.Output) ? all.map((each) => each?.Status) : undefined
    })
    expect(ANSWERS.map(([what], index) => [what, first[index], theirs[index]])).toEqual(
      ANSWERS.map(([what, , verdict]) => [what, verdict, verdict]),
    )
  }, 40_000)
})
