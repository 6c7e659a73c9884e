import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { readSettings } from '../../local/settings.ts'
import { consulServers } from '../live/names.ts'
import { PlatformWatch, untilOneCluster, withCluster } from '../live/platform.ts'
import { edit, pushChanged, pushOwn } from '../live/source.ts'
import { liveStage } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

/**
 * A region that takes its time, as AWS does. scripts/lib/lanes.mjs says how long, 25 times faster than AWS;
 * by hand in real time: NANOFLEET_BOOT_SECONDS=40 NANOFLEET_NLB_REGISTER_SECONDS=200
 * NANOFLEET_NLB_STALE_SECONDS=120 NANOFLEET_SERVER_DRAIN_SECONDS=150.
 */
const { tuning } = readSettings()
const seconds = (name: string): number => Number(tuning[`NANOFLEET_${name}_SECONDS`] ?? 0)
const STEP = seconds('BOOT') + seconds('NLB_REGISTER') + seconds('SERVER_DRAIN') + 30
/** Bringing up platform and web, with builds; replacing three servers one by one. */
const UP = 240 + 2 * STEP
const REPLACEMENT = 60 + 3 * STEP

describe('a network load balancer that registers slowly, and instances that boot slowly', () => {
  let context: Context

  beforeAll(async () => {
    context = await liveStage()
  }, 120_000)

  it(
    'let the platform and web come up',
    async () => {
      await runToEnd(context, 'deploy', { app: 'web' }, UP)
      context = await withCluster()
      await untilOneCluster(context, 3, 30)
    },
    (UP + 60) * 1000,
  )

  it(
    'let all three Consul servers be replaced, and names are answered all the time',
    async () => {
      const ids = async (): Promise<string[]> =>
        (await consulServers(context)).map(({ instanceId }) => instanceId)
      const before = await ids()
      await pushChanged(context, 'platform', async (root) => {
        await edit(join(root, 'images/platform/app.yml'), 't3.small', 't3.medium')
      })
      const watch = new PlatformWatch(context, 'web')
      try {
        await runToEnd(context, 'deploy', { app: 'platform' }, REPLACEMENT)
        await untilOneCluster(context, 3, 30)
        await untilWhole(context, 2, 30)
      } finally {
        await watch.stop()
      }
      for (const id of await ids()) expect(before).not.toContain(id)
      const { longestGap, samples, splits } = await watch.stop()
      console.info(`longest gap in DNS ${longestGap} ms, ${samples} questions`)
      expect(splits).toEqual([])
      expect(longestGap).toBeLessThan(2000)
      await pushOwn(context, 'platform')
    },
    (REPLACEMENT + 120) * 1000,
  )
})
