import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteParameterCommand, GetParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { functionLogGroup, logLines, serviceLogGroup } from '../../adapters/aws/log-events.ts'
import type { Context } from '../../cli/context.ts'
import { up } from '../../local/supervisor.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { askInTurn, Traffic } from '../../scripts/demo/requests.ts'
import { until } from '../../scripts/demo/wait.ts'
import { liveAccess } from '../live/consul-api.ts'
import { catalogEntries, clusterView, consulServers, votingServers } from '../live/names.ts'
import { orphansOf } from '../live/processes.ts'
import { liveSettings } from '../live/settings.ts'
import { regionOf, withWeb } from '../live/stage.ts'
import { untilWhole, webInstances, webUrl } from '../live/web.ts'

const MINUTE_MS = 60_000

/** kill -9 of any part: the fleet recovers by itself. */
describe('a fleet whose parts are killed', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
  }, 4 * MINUTE_MS)
  beforeEach(() => untilWhole(context, 2, 30), 40_000)

  /** Kills the instance with this id or address without warning. */
  const kill = async (service: [app: string, name: string], which: string): Promise<void> => {
    const instances = await serviceInstances(regionOf(context), ...service)
    const victim = instances.find((one) => one.instanceId === which || one.privateIp === which)
    if (!victim?.pid) throw new Error(`${which} is not a running instance of ${service.join('/')}`)
    process.kill(victim.pid, 'SIGKILL')
  }

  /** As many voting servers as the manifest says, and a catalog with exactly the instances that EC2 shows. */
  const untilConsulIsWhole = (lost: string, seconds: number): Promise<unknown> =>
    until('three Consul servers whose catalog equals EC2', seconds, async () => {
      const servers = await consulServers(context)
      const [first] = servers
      if (!first || servers.length !== 3 || servers.some(({ address }) => address === lost)) return undefined
      const voting = await votingServers(first, await liveAccess(context)).catch(() => [])
      if (JSON.stringify(voting) !== JSON.stringify(servers.map(({ address }) => address).sort()))
        return undefined
      const entries = await catalogEntries(context, 'web').catch(() => [])
      const registered = entries.map(({ instanceId }) => instanceId).sort()
      const wanted = (await webInstances(context)).map(({ instanceId }) => instanceId).sort()
      return JSON.stringify(registered) === JSON.stringify(wanted) ? true : undefined
    })

  it(
    'replaces a killed instance, in DNS and at the gateway',
    async () => {
      const [victim] = await webInstances(context)
      if (!victim) throw new Error('web has no instance')
      const traffic = new Traffic(await webUrl(context))
      await kill(['web', 'web'], victim.instanceId)
      await until('the killed instance gone', 10, async () =>
        (await webInstances(context)).some(({ instanceId }) => instanceId === victim.instanceId)
          ? undefined
          : true,
      )
      const addresses = await untilWhole(context, 2, 30)
      const { answered, failures } = await traffic.stop()
      expect(addresses).not.toContain(victim.privateIp)
      // The gateway notices the death by a refused connection; requests under way are lost.
      expect(failures.length).toBeLessThan(answered / 10)
      const answers = await askInTurn(await webUrl(context), 6)
      expect(new Set(answers.map(({ instance }) => instance)).size).toBe(2)
    },
    MINUTE_MS,
  )

  it.each(['a follower', 'the leader'])(
    'replaces %s of the Consul servers, and DNS keeps answering',
    async (which) => {
      const leader = (await clusterView(context)).leader?.split(':')[0]
      const servers = await consulServers(context)
      const victim = servers.find(({ address }) => (address === leader) === (which === 'the leader'))
      if (!victim) throw new Error(`no server is ${which}`)
      await kill(['platform', 'consul'], victim.instanceId)
      await untilWhole(context, 2, 20)
      await untilConsulIsWhole(victim.address, 60)
      await untilWhole(context, 2, 20)
    },
    2 * MINUTE_MS,
  )

  it(
    'hears from the neighbours of a hanging Consul server, which EC2 shows as running, and registers its instances elsewhere',
    async () => {
      const leader = (await clusterView(context)).leader?.split(':')[0]
      const victim = (await consulServers(context)).find(({ address }) => address !== leader)
      const process_ = (await serviceInstances(regionOf(context), 'platform', 'consul')).find(
        ({ instanceId }) => instanceId === victim?.instanceId,
      )
      if (!victim || !process_?.pid) throw new Error('no follower is running')
      const group = serviceLogGroup(context.stage, 'platform', 'consul')
      const began = Date.now()
      process.kill(process_.pid, 'SIGSTOP')
      try {
        const said = await until('the report of a neighbour', 10, async () =>
          (await logLines(context.logs(), group, began)).find(({ text }) =>
            text.includes(`${victim.address} does not answer; asking to move its registrations`),
          ),
        )
        const round = await until('a round that has looked for itself', 10, async () =>
          (await logLines(context.logs(), functionLogGroup(context.stage, 'reconcile'), said.at)).find(
            ({ text }) => text.includes('"message":"reconcile"') && text.includes(victim.address),
          ),
        )
        const { result } = JSON.parse(round.text) as { result: { waiting: string[]; failed: string[] } }
        // Without the report they would wait for the owner, which does not answer.
        expect(result).toMatchObject({ waiting: [], failed: [] })
        console.info(`said after ${said.at - began} ms, moved after ${round.at - began} ms`)
      } finally {
        process.kill(process_.pid, 'SIGKILL')
      }
      await untilConsulIsWhole(victim.address, 60)
      await untilWhole(context, 2, 20)
    },
    2 * MINUTE_MS,
  )

  it(
    'is back as it was at most 10 s before the emulator and its guard were killed, without orphan processes',
    async () => {
      const name = '/test/written-before-the-crash'
      await context
        .ssm()
        .send(new PutParameterCommand({ Name: name, Value: 'x', Type: 'String', Overwrite: true }))
      await sleep(10_000)
      const health = await fetch(`${regionOf(context).endpoint}/_nanofleet/health`)
      const { pid, guard } = (await health.json()) as { pid: number; guard: number }
      // Without its guard, which would stop them, the emulator leaves its instances and workers behind.
      for (const victim of [guard, pid]) process.kill(victim, 'SIGKILL')
      await until('an end of the region', 5, async () =>
        (await fetch(`${regionOf(context).endpoint}/_nanofleet/health`).catch(() => undefined))
          ? undefined
          : true,
      )

      const { record, started } = await up(liveSettings())
      expect(started).toEqual(['region'])
      expect(record).toMatchObject({
        endpoint: regionOf(context).endpoint,
        gateway: regionOf(context).gateway,
      })
      context = await withWeb()
      const parameters = await context.ssm().send(new GetParameterCommand({ Name: name }))
      expect(parameters.Parameter?.Value).toBe('x')
      await untilWhole(context, 2, 60)
      await askInTurn(await webUrl(context), 4)
      expect(await orphansOf(record, liveSettings().state)).toEqual([])
      await context.ssm().send(new DeleteParameterCommand({ Name: name }))
    },
    3 * MINUTE_MS,
  )
})
