import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { isKept } from '../bench/lib/events-judge.ts'
import { eventsUnderKills } from '../live/events-under-kills.ts'
import { liveSettings } from '../live/settings.ts'
import { pushOwn } from '../live/source.ts'
import { liveStage } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

const app = 'events'
const MINUTES = 60_000

/** The seed of a failed run kills in the same order again. */
const SEED = Number(process.env.NANOFLEET_CHAOS_SEED ?? Date.now() % 1_000_000)

/** `npm run bench -- events` does the same with ten thousand events and three brokers. */
const EVENTS = 400

describe('the app events', () => {
  let context: Context
  beforeAll(async () => {
    context = await liveStage()
    await pushOwn(context, app)
    await runToEnd(context, 'deploy', { app }, 900)
  }, 20 * MINUTES)
  afterAll(async () => {
    await runToEnd(context, 'teardown', { app, confirm: app, data: 'delete', deleteData: ['all'] }, 240)
  }, 4 * MINUTES)

  it(
    'loses no event and keeps the order of keys while the broker, consumers and producers are killed',
    async () => {
      console.info(`again with NANOFLEET_CHAOS_SEED=${SEED}`)
      const { verdict, kills } = await eventsUnderKills(context, {
        state: liveSettings().state,
        seed: SEED,
        events: EVENTS,
        writers: 4,
        kinds: ['broker', 'consumer', 'producer'],
        kills: 3,
        every: 3,
      })
      expect({ verdict, kept: isKept(verdict) }).toEqual({ verdict, kept: true })
      expect(verdict.acknowledged).toBe(EVENTS)
      expect(Object.values(kills).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
    },
    10 * MINUTES,
  )
})
