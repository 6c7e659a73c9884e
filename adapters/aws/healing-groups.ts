import {
  type AutoScalingClient,
  type AutoScalingGroup,
  DescribeAutoScalingGroupsCommand,
  SetInstanceHealthCommand,
} from '@aws-sdk/client-auto-scaling'
import { ServiceFailure } from '../../core/base/errors.ts'
import { TAG } from '../../core/base/names.ts'
import type { HealingGroups } from '../../core/healing/heal.ts'
import type { GroupFacts } from '../../core/healing/judge.ts'

/** Names in one call of DescribeAutoScalingGroups, and groups on a page (API Reference). */
const PAGE = 50

/** Groups of EC2 Auto Scaling that replace what they are told is unhealthy. */
export class AutoScalingHealing implements HealingGroups {
  readonly #client: AutoScalingClient

  constructor(client: AutoScalingClient) {
    this.#client = client
  }

  async look(names: string[]): Promise<Map<string, GroupFacts>> {
    const found = new Map<string, GroupFacts>()
    for (let start = 0; start < names.length; start += PAGE) {
      const AutoScalingGroupNames = names.slice(start, start + PAGE)
      const answer = await this.#client
        .send(new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames, MaxRecords: PAGE }))
        .catch((cause: Error) => {
          throw new ServiceFailure(`Auto Scaling does not describe the groups: ${cause.message}`, { cause })
        })
      for (const group of answer.AutoScalingGroups ?? [])
        found.set(group.AutoScalingGroupName ?? '', toFacts(group))
    }
    return found
  }

  async giveBack(InstanceId: string): Promise<void> {
    try {
      // The lifecycle hook drains it as it does any instance that goes. We have been patient enough.
      await this.#client.send(
        new SetInstanceHealthCommand({
          InstanceId,
          HealthStatus: 'Unhealthy',
          ShouldRespectGracePeriod: false,
        }),
      )
    } catch (cause) {
      const { name, message } = cause as Error
      if (name === 'ValidationError' && /not found/i.test(message)) return
      throw new ServiceFailure(`Auto Scaling does not replace ${InstanceId}: ${message}`, { cause })
    }
  }
}

/**
 * Without these a group keeps an unhealthy instance (Auto Scaling User Guide, "Types of processes").
 */
const REPLACING = new Set(['ReplaceUnhealthy', 'Terminate', 'Launch'])

function toFacts(group: AutoScalingGroup): GroupFacts {
  const instances = group.Instances ?? []
  const inService = instances.filter(({ LifecycleState }) => LifecycleState === 'InService')
  const moving = instances.filter(({ LifecycleState = '' }) => /^(Pending|Terminat)/.test(LifecycleState))
  const limit = replaceAfter(group.Tags?.find(({ Key }) => Key === TAG.replaceAfter)?.Value)
  return {
    // One that is already called unhealthy is on its way out.
    serving: inService
      .filter(({ HealthStatus }) => HealthStatus !== 'Unhealthy')
      .map(({ InstanceId = '' }) => InstanceId),
    moving: moving.length + Math.max(0, (group.DesiredCapacity ?? 0) - inService.length - moving.length),
    suspended: (group.SuspendedProcesses ?? []).some(({ ProcessName = '' }) => REPLACING.has(ProcessName)),
    ...(limit === undefined ? {} : { replaceAfter: limit }),
  }
}

/** A tag that somebody wrote by hand and that says nothing we know means: leave everything alone. */
function replaceAfter(tag: string | undefined): GroupFacts['replaceAfter'] {
  if (tag === undefined) return undefined
  return /^[1-9]\d*$/.test(tag) ? Number(tag) : 'never'
}
