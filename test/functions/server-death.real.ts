import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { until } from '../../scripts/demo/wait.ts'
import { askServer } from '../live/consul-api.ts'
import { NameWatch } from '../live/name-watch.ts'
import { onServerStage, stage } from './server-stage.ts'

/**
 * EC2 keeps showing a dead server as running, as it does for one that hangs or has lost its network.
 */
describe('the death of a Consul server', () => {
  onServerStage()

  const forceLeave = async (gone: ConsulServer, asked: ConsulServer | undefined): Promise<void> => {
    const path = `/v1/agent/force-leave/${gone.instanceId}`
    const { status, text } = await askServer(asked?.address ?? '', path, stage.management(), {
      method: 'PUT',
    })
    if (status !== 200) throw new Error(`force-leave answered ${status}: ${text}`)
  }

  /** The same server is not reported twice within a minute. */
  const dead = new Set<string>()
  it.each([
    ['a follower is killed', 'SIGKILL', false, 1000],
    ['a follower hangs', 'SIGSTOP', false, 1000],
    ['the leader is killed', 'SIGKILL', true, 1000],
  ] as const)(
    'leaves its stage.instances in DNS when %s',
    async (what, signal, leads, gap) => {
      if (leads) await stage.leadBy(stage.platform.servers.find(({ address }) => !dead.has(address)))
      const { leader } = await stage.firstView()
      const victim = stage.platform.servers.find(
        ({ instanceId, address }) =>
          !dead.has(address) &&
          leader?.startsWith(`${address}:`) === leads &&
          stage.ownedBy({ instanceId, address }).length > 0,
      )
      if (!victim) throw new Error(`no server has entries when ${what}`)
      dead.add(victim.address)
      const others = stage.platform.servers.filter((each) => each !== victim)
      const theirs = stage.ownedBy(victim)
      const addresses = stage.instances.map(({ address }) => address)
      const watch = new NameWatch(
        'web',
        others.map(({ address }) => address),
        addresses,
      )
      await sleep(200)
      const words: { at: number; said: unknown; moved: number }[] = []
      stage.platform.onInvoke = (name, said) => {
        expect(name).toBe('nanofleet-test-reconcile')
        const word = { at: Date.now(), said, moved: Number.NaN }
        words.push(word)
        void stage.round(said).then(() => {
          word.moved = Date.now()
        })
      }
      const died = Date.now()
      stage.platform.signal(victim, signal)
      // By then gossip has declared it dead, and DNS knows.
      await sleep(10_000)
      await watch.stop()
      const [first] = words
      console.info(
        `${what}: noticed after ${(first?.at ?? Number.NaN) - died} ms, moved after ${(first?.moved ?? Number.NaN) - died} ms,` +
          ` ${words.length} words, ${theirs.length} of ${stage.instances.length} instances stood there,` +
          ` longest gap ${watch.longestGap} ms of ${watch.samples} questions`,
      )
      try {
        expect(words.map(({ said }) => said)).toContainEqual({ silent: [victim.address] })
        expect(words.length).toBeLessThanOrEqual(2)
        expect(watch.longestGap).toBeLessThan(gap)
        for (const server of others)
          expect((await stage.entries(server)).filter(({ status }) => status === 'passing')).toHaveLength(12)
      } catch (error) {
        for (const server of stage.platform.servers) console.error(await stage.platform.lastWords(server))
        throw error
      }
      // It comes back with its old registrations: the server that reported its silence reports that too, and
      // rounds leave one entry of each.
      words.length = 0
      if (signal === 'SIGSTOP') {
        // The leader removes dead servers, and their entries; the agent does not know.
        await forceLeave(victim, others[0])
        stage.platform.signal(victim, 'SIGCONT')
      } else stage.platform.run(victim)
      const isToldOf = () => words.some(({ said }) => JSON.stringify(said) === '{"silent":[]}')
      await until('the report that it answers again', 30, async () => isToldOf() || undefined)
      stage.platform.onInvoke = () => {}
      await stage.untilWhole(60)
    },
    120_000,
  )

  it('is survived by the names when two of three die for good: the third goes on without them', async () => {
    const [third, ...lost] = stage.platform.servers
    if (!third) throw new Error('no server')
    const addresses = stage.instances.map(({ address }) => address)
    const watch = new NameWatch('web', [third.address], addresses)
    await sleep(200)
    const begun = performance.now()
    const seconds = () => ((performance.now() - begun) / 1000).toFixed(1)
    const asked = new Promise<void>((resolve) => {
      stage.platform.onInvoke = (_name, said) => {
        if (JSON.stringify(said) !== '{"silent":[]}') return
        console.info(`two of three are lost: a round is asked for after ${seconds()} s`)
        void stage.round(said).then(() => resolve())
      }
    })
    for (const server of lost) {
      stage.platform.lose(server)
      stage.fleet.set({ id: server.instanceId }, 'terminated')
    }
    await asked
    await until('every instance at the third', 10, async () => {
      const passing = (await stage.entries(third)).filter(({ status }) => status === 'passing')
      return passing.length === stage.instances.length || undefined
    })
    const whole = seconds()
    await watch.stop()
    console.info(`whole after ${whole} s, longest gap ${watch.longestGap} ms of ${watch.samples} questions`)
    expect(Number(whole)).toBeLessThan(30)
    expect(watch.longestGap).toBeLessThan(10_000)
    expect((await stage.firstView()).voters).toEqual([third.address])
  }, 60_000)
})
