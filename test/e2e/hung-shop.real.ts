import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Browser } from '../../apps/boutique/loadgenerator/browser.ts'
import type { Context } from '../../cli/context.ts'
import type { Healing } from '../../core/healing/heal.ts'
import { registeredAt } from '../../core/registration/registration.ts'
import { expectPage } from '../../scripts/demo/boutique/order.ts'
import { type LocalInstance, serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { alarmState } from '../live/alarms.ts'
import { untilAppIsWhole } from '../live/apps.ts'
import { withBoutique } from '../live/boutique.ts'
import { nanofleet } from '../live/cli.ts'
import { catalogEntries } from '../live/names.ts'
import { goOn } from '../live/processes.ts'
import { regionOf } from '../live/stage.ts'
import { type Sent, SteadyLoad } from '../live/steady-load.ts'

const PER_SECOND = 40
const MINUTE_MS = 60_000
/** Pieces in the cart of each of these visitors, from the beginning to the end. */
const KEPT = [3, 5, 7, 2, 9, 4, 6, 8, 1, 10]

/** SIGSTOP: EC2 shows the machine running, and nobody answers. Clients ask the shop's pages all the time. */
describe(`the boutique under ${PER_SECOND} requests a second`, () => {
  let context: Context
  let shop: string
  let load: SteadyLoad
  const visitors: Browser[] = []
  const stopped: number[] = []
  beforeAll(async () => {
    ;({ context, shop } = await withBoutique())
    await untilAppIsWhole(context, 'boutique', 60)
    for (const quantity of KEPT) {
      const visitor = new Browser(new URL(shop))
      visitors.push(visitor)
      await visitor.post('/cart', { product_id: 'OLJCESPC7Z', quantity: String(quantity) })
    }
    load = new SteadyLoad(shop, PER_SECOND)
  }, 10 * MINUTE_MS)
  afterAll(async () => {
    for (const pid of stopped) goOn(pid)
    await load?.stop()
    for (const visitor of visitors) visitor.close()
  }, MINUTE_MS)

  const running = async (app: string, service: string): Promise<(LocalInstance & { pid: number })[]> =>
    (await serviceInstances(regionOf(context), app, service)).filter(
      (one): one is LocalInstance & { pid: number } => one.pid !== null,
    )
  const hang = (pid: number): void => {
    process.kill(pid, 'SIGSTOP')
    stopped.push(pid)
  }
  /** One whose entry is no longer new, as a new one is not replaced. */
  const settled = (service: string) =>
    until(`an instance of ${service} that is no longer new`, 60, async () => {
      const old = (await catalogEntries(context, service)).filter(
        (entry) => Date.now() - registeredAt(entry) > 31_000,
      )
      return (await running('boutique', service)).find(({ instanceId }) =>
        old.some((entry) => entry.instanceId === instanceId),
      )
    })
  const round = async (): Promise<Healing['sick']> =>
    (JSON.parse((await nanofleet('reconcile', '--json')).out) as Healing).sick

  /** Hangs one, and makes rounds until it is gone and the app is whole. @returns what failed */
  const outcome = async (service: string): Promise<{ failed: Sent[]; underWay: number }> => {
    const victim = await settled(service)
    const [begun, underWay] = [Date.now(), load.underWay]
    hang(victim.pid)
    // The clock's rounds may be the ones that give it back.
    await until(`${service} given back and gone`, 120, async () => {
      await round()
      const now = await running('boutique', service)
      return now.some(({ instanceId }) => instanceId === victim.instanceId) ? undefined : true
    })
    const given = Date.now()
    await untilAppIsWhole(context, 'boutique', 60)
    // What was sent to it before it was gone has been answered by now, with an error or not.
    const failed = await until('an answer to every request', 30, async () =>
      load.sent.some(({ begin, end }) => end === undefined && begin < given)
        ? undefined
        : load.failedSince(begun),
    )
    const seconds = (Date.now() - begun) / 1000
    const asked = load.sent.filter(({ begin }) => begin >= begun).length
    console.log(
      `a hung ${service}: gone after ${((given - begun) / 1000).toFixed(0)} s, whole after ` +
        `${seconds.toFixed(0)} s; ${failed.length} of ${asked} requests failed, ${underWay} were under way`,
      Object.fromEntries(
        [...Map.groupBy(failed, ({ trouble }) => trouble ?? '')].map(([why, all]) => [why, all.length]),
      ),
    )
    expect(asked / seconds).toBeGreaterThan(PER_SECOND * 0.8)
    return { failed, underWay }
  }

  it(
    'keeps a service of which both instances hang, gives the alarm, and replaces a frontend all the same',
    async () => {
      const both = await running('web', 'web')
      expect(both).toHaveLength(2)
      for (const { pid } of both) hang(pid)
      const { failed, underWay } = await outcome('frontend')
      expect(failed.length).toBeLessThanOrEqual(PER_SECOND + underWay)
    },
    4 * MINUTE_MS,
  )

  it(
    'loses no cart to a Redis that hangs and is replaced, and then to the death of the other one',
    async () => {
      const { failed, underWay } = await outcome('redis')
      expect(failed.length).toBeLessThanOrEqual(PER_SECOND + underWay)
      const [older] = (await running('boutique', 'redis')).toSorted((one, other) => one.pid - other.pid)
      if (!older) throw new Error('no Redis runs')
      const begun = Date.now()
      process.kill(older.pid, 'SIGKILL')
      await until('its successor', 60, async () =>
        (await running('boutique', 'redis')).every(({ instanceId }) => instanceId !== older.instanceId)
          ? true
          : undefined,
      )
      await untilAppIsWhole(context, 'boutique', 60)
      expect(load.failedSince(begun)).toEqual([])
      const carts = await Promise.all(
        visitors.map(async (visitor) => expectPage(await visitor.get('/cart'), 'cart')),
      )
      const pieces = carts.map((page) => Number(/class="each">(\d+) ×/.exec(page)?.[1]))
      expect(pieces).toEqual(KEPT)
    },
    5 * MINUTE_MS,
  )

  it(
    'has killed nothing of the service that hangs as a whole, and says why',
    async () => {
      // It counts as sick for a minute before anybody thinks of replacing it.
      const [held] = await until('a round that holds both', 90, async () => {
        const sick = (await round()).filter(({ group }) => group.endsWith('-web-web'))
        return sick.length === 2 && sick.every(({ verdict }) => verdict === 'hold') ? sick : undefined
      })
      expect(held?.reason).toBe('more than half of web-web is not well (2 of 2)')
      expect((await running('web', 'web')).map(({ pid }) => pid)).toEqual(
        expect.arrayContaining(stopped.slice(0, 2)),
      )
      await until('the alarm', 240, async () =>
        (await alarmState(context, `nanofleet-${context.stage}-replacements-held`)) === 'ALARM'
          ? true
          : undefined,
      )
    },
    6 * MINUTE_MS,
  )
})
