import {
  type Activity,
  type AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type LaunchTemplateSpecification,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  GetConsoleOutputCommand,
  type LaunchTemplateVersion,
  type ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import { canonicalJson } from '../../core/base/canonical.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { TAG } from '../../core/base/names.ts'
import type { Fleet, GroupEvent, GroupView, Member } from '../../core/deploy/fleet.ts'
import { lastWords } from '../../core/deploy/last-words.ts'
import { lastSentence } from './group-activities.ts'

/** The fleet as EC2 Auto Scaling runs it. */
export class AutoScalingFleet implements Fleet {
  readonly #scaling: AutoScalingClient
  readonly #ec2: EC2Client

  constructor(scaling: AutoScalingClient, ec2: EC2Client) {
    this.#scaling = scaling
    this.#ec2 = ec2
  }

  async group(name: string): Promise<GroupView | undefined> {
    const request = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] })
    const answer = await orFail(`describe ${name}`, this.#scaling.send(request))
    const group = answer.AutoScalingGroups?.[0]
    if (!group) return undefined
    const template = group.LaunchTemplate
    const instances = group.Instances ?? []
    const versions = new Set(instances.map((instance) => instance.LaunchTemplate?.Version ?? ''))
    const isShort = instances.length < (group.DesiredCapacity ?? 0)
    const { equal, problem } = await this.#equalVersions(template, versions, isShort)
    const isStandby = ({ LifecycleState: state = '' }) => /^(Entering)?Standby$/.test(state)
    const counted = instances.filter((instance) => !isStandby(instance))
    const members: Member[] = counted.map((instance) => ({
      id: instance.InstanceId ?? '',
      stage: stageOf(instance.LifecycleState ?? ''),
      current: equal.has(instance.LaunchTemplate?.Version ?? ''),
    }))
    return {
      desired: group.DesiredCapacity ?? 0,
      max: group.MaxSize ?? 0,
      members,
      standby: instances.filter(isStandby).map(({ InstanceId = '' }) => InstanceId),
      targetGroups: group.TargetGroupARNs ?? [],
      ...(problem === undefined ? {} : { unlaunchable: problem }),
    }
  }

  async troubles(name: string, since: Date): Promise<GroupEvent[]> {
    const request = new DescribeScalingActivitiesCommand({ AutoScalingGroupName: name, MaxRecords: 100 })
    const answer = await orFail(`tell the activities of ${name}`, this.#scaling.send(request))
    return (answer.Activities ?? [])
      .filter((activity) => (activity.StartTime?.getTime() ?? 0) >= since.getTime())
      .flatMap(toEvent)
      .reverse()
  }

  async setDesired(name: string, desired: number): Promise<void> {
    const request = new SetDesiredCapacityCommand({ AutoScalingGroupName: name, DesiredCapacity: desired })
    await orFail(`give ${name} ${desired} instances`, this.#scaling.send(request))
  }

  async retire(instance: string): Promise<void> {
    await this.#terminate(instance, true)
  }

  async replace(instance: string): Promise<void> {
    await this.#terminate(instance, false)
  }

  async end(instance: string): Promise<void> {
    await this.#terminate(instance, false)
  }

  async #terminate(instance: string, ShouldDecrementDesiredCapacity: boolean): Promise<void> {
    try {
      await this.#scaling.send(
        new TerminateInstanceInAutoScalingGroupCommand({
          InstanceId: instance,
          ShouldDecrementDesiredCapacity,
        }),
      )
    } catch (error) {
      // The answer if the instance has left its group meanwhile.
      if (error instanceof Error && error.name === 'ValidationError' && /not found/i.test(error.message))
        return
      throw refusal(`retire ${instance}`, error)
    }
  }

  async lastLine(instance: string): Promise<string | undefined> {
    try {
      const answer = await this.#ec2.send(new GetConsoleOutputCommand({ InstanceId: instance }))
      return lastWords(Buffer.from(answer.Output ?? '', 'base64').toString('utf8'))
    } catch (error) {
      // EC2 forgets a terminated instance within the hour; then the reason comes without its last words.
      if (error instanceof Error && error.name.startsWith('InvalidInstanceID')) return undefined
      throw error
    }
  }

  /**
   * Versions that launch the same as the group's own: going back to an earlier release makes a new number
   * with the same content.
   * @param ask also when there is nothing to compare, to see whether the group's own version exists
   */
  async #equalVersions(
    { LaunchTemplateId, Version: wanted }: LaunchTemplateSpecification = {},
    seen: Set<string>,
    ask: boolean,
  ): Promise<{ equal: Set<string>; problem?: string }> {
    if (LaunchTemplateId === undefined || wanted === undefined) return { equal: new Set() }
    const others = [...seen].filter((version) => version !== '' && version !== wanted)
    if (others.length === 0 && !ask) return { equal: new Set([wanted]) }
    const versions = await this.#versions(LaunchTemplateId, [wanted, ...others])
    // One missing version hides the others.
    if (!versions && others.length > 0 && (await this.#versions(LaunchTemplateId, [wanted])))
      return { equal: new Set([wanted]) }
    const problem = `launch template ${LaunchTemplateId} has no version ${wanted}`
    if (!versions) return { equal: new Set([wanted]), problem }
    const contents = new Map(versions.map((v) => [String(v.VersionNumber), content(v.LaunchTemplateData)]))
    const same = others.filter(
      (v) => contents.get(v) !== undefined && contents.get(v) === contents.get(wanted),
    )
    return { equal: new Set([wanted, ...same]) }
  }

  /** Undefined if the template, or one of the versions, does not exist. */
  async #versions(
    LaunchTemplateId: string,
    Versions: string[],
  ): Promise<LaunchTemplateVersion[] | undefined> {
    try {
      const request = new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId, Versions })
      return (await this.#ec2.send(request)).LaunchTemplateVersions ?? []
    } catch (error) {
      if (error instanceof Error && /^InvalidLaunchTemplateId\./.test(error.name)) return undefined
      throw error
    }
  }
}

const refusal = (verb: string, cause: unknown): ServiceFailure =>
  new ServiceFailure(`Auto Scaling does not ${verb}: ${String(cause)}`, { cause })

async function orFail<T>(verb: string, answer: Promise<T>): Promise<T> {
  return await answer.catch((cause: unknown) => {
    throw refusal(verb, cause)
  })
}

/** Lifecycle states: Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle". */
function stageOf(state: string): Member['stage'] {
  if (state === 'InService') return 'serving'
  return /^(Terminat|Detach)/.test(state) ? 'leaving' : 'starting'
}

function toEvent(activity: Activity): GroupEvent[] {
  const at = activity.StartTime?.toISOString() ?? ''
  // An instance that ended before it served is named as well; a launch that EC2 refused has none.
  const id = /\bi-[0-9a-f]+\b/.exec(activity.Description ?? '')?.[0]
  const instance = id ? { instance: id } : {}
  if (activity.StatusCode === 'Failed' && /^Launching/.test(activity.Description ?? ''))
    return [{ at, kind: 'launch-failed', ...instance, reason: activity.StatusMessage ?? 'no reason given' }]
  // Terminations because we lowered the capacity or a user retired an instance name causes other than a
  // health check.
  if (/^Terminating/.test(activity.Description ?? '') && /health.?check/i.test(activity.Cause ?? ''))
    return [{ at, kind: 'died', ...instance, reason: lastSentence(activity.Cause ?? '') }]
  return []
}

/** What an instance is launched from, without the release that first asked for it. */
function content(data: ResponseLaunchTemplateData | undefined): string {
  const TagSpecifications = data?.TagSpecifications?.map(({ ResourceType, Tags }) => ({
    ResourceType,
    Tags: Tags?.filter(({ Key }) => Key !== TAG.release),
  }))
  return canonicalJson({ ...data, TagSpecifications })
}
