import {
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand,
  ResumeProcessesCommand,
  SuspendProcessesCommand,
} from '@aws-sdk/client-auto-scaling'
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { serviceStack, TAG } from '../../core/base/names.ts'
import type { Healing } from '../../core/healing/heal.ts'
import { registeredAt } from '../../core/registration/registration.ts'
import type { LocalInstance } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { nanofleet } from '../live/cli.ts'
import { catalogEntries } from '../live/names.ts'
import { goOn } from '../live/processes.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole, webInstances } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

const MINUTE_MS = 60_000

/** SIGSTOP: EC2 shows it running, and nobody answers. */
describe('an instance that hangs', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
  }, 4 * MINUTE_MS)
  beforeEach(() => untilWhole(context, 2, 30), 40_000)

  /** Stops the process of an instance of web that has had its entry for this long; its machine still runs. */
  const hang = async (seconds: number): Promise<LocalInstance & { pid: number }> => {
    const id = await until('an instance of web that is no longer new', seconds + 10, async () =>
      (await catalogEntries(context, 'web')).find(
        (entry) => Date.now() - registeredAt(entry) > seconds * 1000,
      ),
    )
    const victim = (await webInstances(context)).find(({ instanceId }) => instanceId === id.instanceId)
    if (!victim?.pid) throw new Error(`${id.instanceId} does not run`)
    process.kill(victim.pid, 'SIGSTOP')
    return { ...victim, pid: victim.pid }
  }

  /** What the group of web says of replacing, without a deployment. */
  const replaceAfter = async (Value: string | undefined): Promise<void> => {
    const ResourceId = serviceStack(context.stage, 'web', 'web')
    const tag = { ResourceId, ResourceType: 'auto-scaling-group', Key: TAG.replaceAfter }
    await (Value === undefined
      ? context.autoScaling().send(new DeleteTagsCommand({ Tags: [tag] }))
      : context
          .autoScaling()
          .send(new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Value, PropagateAtLaunch: false }] })))
  }

  /** The load balancer fails a hung instance too, and on a busy machine the group may hear of it first. */
  const groupLooks = async (whether: boolean): Promise<void> => {
    const AutoScalingGroupName = serviceStack(context.stage, 'web', 'web')
    const asked = { AutoScalingGroupName, ScalingProcesses: ['HealthCheck'] }
    await (whether
      ? context.autoScaling().send(new ResumeProcessesCommand(asked))
      : context.autoScaling().send(new SuspendProcessesCommand(asked)))
  }

  const isGone = async (instanceId: string): Promise<true | undefined> =>
    (await webInstances(context)).some((one) => one.instanceId === instanceId) ? undefined : true

  it(
    'is given back to its group, with the output of its check, and forgotten',
    async () => {
      await replaceAfter('10')
      await groupLooks(false)
      const victim = await hang(30)
      try {
        const told = await until('a round that gives it back', 60, async () => {
          const round = await nanofleet('reconcile', '--json')
          const { sick } = JSON.parse(round.out) as Healing
          return sick.find(
            ({ instanceId, verdict }) => instanceId === victim.instanceId && verdict === 'replace',
          )
        })
        expect(told.seconds).toBeGreaterThanOrEqual(8)
        expect(told.output).toMatch(/deadline exceeded|timeout/i)
        await until('it gone', 20, () => isGone(victim.instanceId))
      } finally {
        await replaceAfter(undefined)
        await groupLooks(true)
        goOn(victim.pid)
      }
      expect(await untilWhole(context, 2, 30)).not.toContain(victim.privateIp)
      expect((await nanofleet('drift')).out).not.toMatch(/^sick/m)
    },
    2 * MINUTE_MS,
  )

  it(
    'is healed by a deployment that changes nothing, even where rounds never replace',
    async () => {
      await replaceAfter('never')
      const victim = await hang(60)
      try {
        await until('Consul to notice', 15, async () =>
          /^sick: .* not replaced: its manifest says/m.test((await nanofleet('drift')).out)
            ? true
            : undefined,
        )
        expect((await nanofleet('status', 'web')).out).toMatch(
          /does not pass its Consul check as web, which says:/,
        )
        await runToEnd(context, 'deploy', { app: 'web' }, 100)
        await until('it gone', 20, () => isGone(victim.instanceId))
      } finally {
        await replaceAfter(undefined)
        goOn(victim.pid)
      }
      await untilWhole(context, 2, 30)
    },
    3 * MINUTE_MS,
  )
})
