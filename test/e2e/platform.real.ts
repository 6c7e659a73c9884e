import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { liveAccess } from '../live/consul-api.ts'
import { keepState } from '../live/kept-state.ts'
import { catalogEntries, consulServers, serverVersions } from '../live/names.ts'
import { changeConsul } from '../live/other-consul.ts'
import { PlatformWatch, untilOneCluster, withCluster } from '../live/platform.ts'
import { pushChanged, pushOwn } from '../live/source.ts'
import { regionOf } from '../live/stage.ts'
import { untilWhole } from '../live/web.ts'
import { ended, runToEnd, start } from '../live/workflows.ts'

const SECOND_MS = 1000
/**
 * The most seconds for an image build: a link, or all of Consul for a version that is not
 * compiled yet.
 */
const BUILD = process.env.NANOFLEET_OTHER_CONSUL === undefined ? 60 : 400

/** The Consul servers change under a running service, which stays in DNS. */
describe('the platform', () => {
  let context: Context
  beforeAll(async () => {
    context = await withCluster()
  }, 240 * SECOND_MS)
  afterAll(async () => {
    await pushOwn(context, 'platform')
    await runToEnd(context, 'scale', { app: 'platform', service: 'consul', count: 3 }, 120)
  }, 150 * SECOND_MS)

  const ids = async (): Promise<string[]> =>
    (await consulServers(context)).map(({ instanceId }) => instanceId).sort()
  /** An instance whose entry moves to another server has two until the new one is found. */
  const registered = (): Promise<string[]> =>
    until('one entry for each instance', 20, async () => {
      const entries = await catalogEntries(context, 'web')
      const instances = new Set(entries.map(({ instanceId }) => instanceId))
      if (instances.size < entries.length) return undefined
      return entries.map(({ instanceId, status }) => `${instanceId} ${status}`).sort()
    })

  let watch: PlatformWatch | undefined
  afterEach(async () => {
    await watch?.stop()
  })
  const watching = (): PlatformWatch => {
    watch = new PlatformWatch(context, 'web')
    return watch
  }

  it(
    'works with 1, 3 and 5 servers: always one leader, no dead peers, and DNS keeps answering',
    async () => {
      const seen = watching()
      for (const count of [5, 3, 1, 3]) {
        await runToEnd(context, 'scale', { app: 'platform', service: 'consul', count }, 120)
        await untilOneCluster(context, count, 20)
        await untilWhole(context, 2, 20)
        const servers = new Set((await consulServers(context)).map(({ address }) => address))
        for (const { nodeAddress } of await catalogEntries(context, 'web'))
          expect(servers).toContain(nodeAddress)
      }
      const { splits, longestGap, samples } = await seen.stop()
      expect(splits).toEqual([])
      expect(samples).toBeGreaterThan(200)
      // The load balancer takes a removed server for a live one until its next check fails.
      expect(longestGap).toBeLessThan(2 * SECOND_MS)
    },
    200 * SECOND_MS,
  )

  it(
    'does nothing when it is deployed unchanged',
    async () => {
      const before = await ids()
      await runToEnd(context, 'deploy', { app: 'platform' }, 60)
      expect(await ids()).toEqual(before)
    },
    70 * SECOND_MS,
  )

  it(
    'moves to another version of Consul one server at a time, even if one is killed meanwhile, and loses no state',
    async () => {
      const before = await ids()
      const kept = await keepState(context)
      const [state, entries] = [await kept.read(), await registered()]
      let version = ''
      await pushChanged(context, 'platform', async (root) => {
        version = await changeConsul(root)
      })
      const seen = watching()
      const run = await start(context, 'deploy', { app: 'platform' })
      const fresh = await until('a new server', BUILD + 60, async () =>
        (await ids()).find((id) => !before.includes(id)),
      )
      const instances = await serviceInstances(regionOf(context), 'platform', 'consul')
      const victim = instances.find(({ instanceId }) => instanceId === fresh)
      if (!victim?.pid) throw new Error(`${fresh} has no process`)
      process.kill(victim.pid, 'SIGKILL')
      expect(await ended(context, run, BUILD + 150)).toMatchObject({ status: 'SUCCEEDED' })

      const servers = await untilOneCluster(context, 3, 20)
      for (const { instanceId } of servers) expect(before).not.toContain(instanceId)
      await untilWhole(context, 2, 20)
      const { splits, longestGap, fewest, samples } = await seen.stop()
      console.info(`Consul ${version}: longest gap in DNS ${longestGap} ms, ${samples} questions`)
      const [first] = servers
      if (!first) throw new Error('no server is running')
      const versions = await serverVersions(first, await liveAccess(context))
      expect(versions).toEqual([version, version, version])
      expect(await kept.read()).toBe(state)
      await kept.remove()
      expect(await registered()).toEqual(entries)
      expect(splits).toEqual([])
      expect(longestGap).toBeLessThan(2 * SECOND_MS)
      expect(fewest).toBeGreaterThanOrEqual(3)
    },
    (BUILD + 220) * SECOND_MS,
  )
})
