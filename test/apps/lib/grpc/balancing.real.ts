import dns from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { AdService, PaymentService } from '../../../../apps/boutique/lib/gen/hipstershop_pb.ts'
import { type CallOptions, type GrpcClient, grpcClient } from '../../../../apps/lib/grpc/client.ts'
import { Health } from '../../../../apps/lib/grpc/gen/health_pb.ts'
import { DnsStub } from '../../../local/dns-stub.ts'
import { Instance, until } from './instances.ts'

jest.setTimeout(30_000)

const PORT = 19010
const HOSTS = ['127.59.8.1', '127.59.8.2', '127.59.8.3'] as const
const [FIRST, SECOND, THIRD] = HOSTS
const NAME = 'echo.service.consul'

const names: Record<string, string[]> = {}
const stub = new DnsStub(names)
const running: Instance[] = []
const clients: { close(): void }[] = []

beforeAll(async () => dns.setServers([await stub.start()]))
afterAll(() => stub.stop())
afterEach(async () => {
  for (const client of clients.splice(0)) client.close()
  await Promise.all(running.splice(0).map((instance) => instance.stop('SIGKILL')))
})

async function start(host: string, settings?: Record<string, string>): Promise<Instance> {
  const instance = await Instance.start(host, PORT, settings)
  running.push(instance)
  return instance
}

function ads(options?: CallOptions, address = `${NAME}:${PORT}`): GrpcClient<typeof AdService> {
  const client = grpcClient(AdService, address, options)
  clients.push(client)
  return client
}

function payments(options?: CallOptions): GrpcClient<typeof PaymentService> {
  const client = grpcClient(PaymentService, `${NAME}:${PORT}`, options)
  clients.push(client)
  return client
}

/** Makes calls one after the other and counts the answers by address. */
async function answers(client: GrpcClient<typeof AdService>, calls: number): Promise<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (let call = 0; call < calls; call += 1) {
    const { ads } = await client.getAds({})
    const by = ads[0]?.text ?? 'nobody'
    counts[by] = (counts[by] ?? 0) + 1
  }
  return counts
}

const connected = (client: GrpcClient<typeof AdService>, ...hosts: string[]): Promise<void> =>
  until(
    async () =>
      Object.keys(await answers(client, 12))
        .sort()
        .join() === hosts.join(),
  )

describe('A client of a service with several instances', () => {
  it('spreads its calls evenly over all of them', async () => {
    await Promise.all(HOSTS.map((host) => start(host)))
    names[NAME] = [...HOSTS]
    const client = ads()
    await connected(client, ...HOSTS)
    expect(await answers(client, 300)).toEqual({ [FIRST]: 100, [SECOND]: 100, [THIRD]: 100 })
  })

  it('uses the instances of several addresses together', async () => {
    await Promise.all(HOSTS.map((host) => start(host)))
    names[NAME] = [FIRST]
    const client = ads({}, `${NAME}:${PORT},${SECOND}:${PORT}`)
    await connected(client, FIRST, SECOND)
  })

  it('within a second calls a new instance, and none that has left the name', async () => {
    await Promise.all(HOSTS.map((host) => start(host)))
    names[NAME] = [FIRST, SECOND]
    const client = ads()
    await connected(client, FIRST, SECOND)
    names[NAME] = [SECOND, THIRD]
    await pause(1000)
    expect(Object.keys(await answers(client, 30)).sort()).toEqual([SECOND, THIRD])
  })

  it('lets a call finish when its instance leaves the name', async () => {
    await Promise.all([start(FIRST), start(SECOND)])
    names[NAME] = [FIRST]
    const client = ads()
    const long = client.getAds({ contextKeys: ['1500'] })
    await pause(200)
    names[NAME] = [SECOND]
    await connected(client, SECOND)
    expect((await long).ads[0]?.text).toBe(FIRST)
  })

  it('keeps the known instances while the name has none', async () => {
    await start(FIRST)
    names[NAME] = [FIRST]
    const client = ads()
    await connected(client, FIRST)
    names[NAME] = []
    await pause(1200)
    expect(await answers(client, 3)).toEqual({ [FIRST]: 3 })
  })

  it('waits for the first instance of a service, or says at once that there is none when told not to wait', async () => {
    names[NAME] = []
    const client = ads()
    const waiting = client.getAds({})
    await expect(client.getAds({}, { waitForReady: false })).rejects.toThrow(/UNAVAILABLE.*no instance/)
    await start(FIRST)
    names[NAME] = [FIRST]
    expect((await waiting).ads[0]?.text).toBe(FIRST)
  })
})

describe('An instance that is killed', () => {
  it('costs no call that is safe to repeat, although it stays in the name', async () => {
    const [first] = await Promise.all(HOSTS.map((host) => start(host)))
    names[NAME] = [...HOSTS]
    const client = ads()
    await connected(client, ...HOSTS)
    const calls = Array.from({ length: 300 }, async (_, at) => {
      await pause(at * 5)
      return client.getAds({ contextKeys: ['100'] })
    })
    await pause(700)
    await first?.stop('SIGKILL')
    const outcomes = await Promise.allSettled(calls)
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })

  it('does not repeat a call that is not safe to repeat, and says so', async () => {
    const [first, second] = await Promise.all([start(FIRST), start(SECOND)])
    names[NAME] = [FIRST, SECOND]
    const client = payments()
    const calls = Array.from({ length: 4 }, () => client.charge({ amount: { units: 800n } }))
    const settled = Promise.allSettled(calls)
    await until(() => (first?.count('charge') ?? 0) + (second?.count('charge') ?? 0) === 4)
    const lost = first?.count('charge') ?? 0
    await first?.stop('SIGKILL')
    const outcomes = await settled
    const reasons = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
    expect(reasons).toEqual(Array.from({ length: lost }, () => 'UNAVAILABLE'))
    expect(second?.count('charge')).toBe(4 - lost)
  })
})

describe('An instance that is told to stop', () => {
  /** Makes calls that are not safe to repeat until the instance has ended. */
  async function chargeUntilEnd(
    instance: Instance,
  ): Promise<{ calls: number; failed: unknown[]; code: unknown }> {
    const client = payments()
    const outcomes: Promise<unknown>[] = []
    let code: number | null | undefined
    void instance.stop('SIGTERM').then((ended) => {
      code = ended
    })
    while (code === undefined) {
      outcomes.push(client.charge({ amount: { units: 50n } }).catch((error: Error) => error))
      await pause(5)
    }
    const failed = (await Promise.all(outcomes)).filter((outcome) => outcome instanceof Error)
    return { calls: outcomes.length, failed, code }
  }

  it('loses no call while Consul takes it out of the name, and ends with code 0', async () => {
    const [first] = await Promise.all([start(FIRST), start(SECOND), start(THIRD)])
    names[NAME] = [...HOSTS]
    const health = grpcClient(Health, `${FIRST}:${PORT}`)
    clients.push(health)
    const charges = chargeUntilEnd(first)
    await until(async () => (await health.check({})).status === 2)
    // Consul checks every second.
    setTimeout(() => {
      names[NAME] = [SECOND, THIRD]
    }, 1000)
    const { calls, failed, code } = await charges
    expect({ failed, code }).toEqual({ failed: [], code: 0 })
    expect(calls).toBeGreaterThan(100)
  })

  it('loses no call even if nobody takes it out of the name', async () => {
    const [first] = await Promise.all([start(FIRST, { NOTICE_MS: '500' }), start(SECOND), start(THIRD)])
    names[NAME] = [...HOSTS]
    expect(await chargeUntilEnd(first)).toMatchObject({ failed: [], code: 0 })
  })

  it('finishes a call that takes longer than its notice', async () => {
    const first = await start(FIRST, { NOTICE_MS: '100' })
    names[NAME] = [FIRST]
    const client = payments()
    const long = client.charge({ amount: { units: 1000n } })
    await until(() => first.count('charge') === 1)
    const code = first.stop('SIGTERM')
    expect((await long).transactionId).toBe(FIRST)
    expect(await code).toBe(0)
  })

  it('ends after its grace period when a call never does', async () => {
    const first = await start(FIRST, { NOTICE_MS: '100', GRACE_MS: '300' })
    names[NAME] = [FIRST]
    const lost = payments({ timeoutMs: 60_000 })
      .charge({ amount: { units: 60_000n } })
      .catch(({ code }) => code)
    await until(() => first.count('charge') === 1)
    expect(await first.stop('SIGTERM')).toBe(0)
    expect(await lost).toBe('UNAVAILABLE')
  })
})
