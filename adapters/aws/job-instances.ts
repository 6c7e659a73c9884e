import {
  DescribeLaunchTemplateVersionsCommand,
  type EC2Client,
  type Instance,
  paginateDescribeInstances,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { NotFound, ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import type { InstanceState } from '../../core/base/instances.ts'
import { TAG } from '../../core/base/names.ts'
import type { JobInstance, JobInstances } from '../../core/jobs/living.ts'

/** The value of the tag `consulcloud` of a job's instance: registration looks for others. */
export const JOB_KIND = 'job'

/** The version of a launch template that a group starts its instances from. */
export interface Template {
  id: string
  version: string
}

/** What is started. */
export interface Launch {
  template: Template
  /** Tried in this order. */
  subnets: readonly string[]
  userData: string
  /** By tag. */
  tags: Record<string, string>
  /** Two calls with the same token make one instance. */
  token: string
}

/**
 * Another zone may have what one lacks (EC2 User Guide, "Troubleshoot Amazon EC2 instance launch issues").
 */
const ELSEWHERE = ['InsufficientInstanceCapacity', 'InsufficientFreeAddressesInSubnet', 'Unsupported']
const LIVING = ['pending', 'running', 'shutting-down', 'stopping', 'stopped']

/** The instances of the jobs of one VPC. */
export class Ec2Jobs implements JobInstances {
  readonly #client: EC2Client
  readonly #vpcId: string | undefined

  /** @param vpcId of one stage; absent for all of the account */
  constructor(client: EC2Client, vpcId?: string) {
    this.#client = client
    this.#vpcId = vpcId
  }

  living(): Promise<JobInstance[]> {
    return this.#read([
      ...(this.#vpcId === undefined ? [] : [{ Name: 'vpc-id', Values: [this.#vpcId] }]),
      { Name: `tag:${TAG.kind}`, Values: [JOB_KIND] },
      { Name: 'instance-state-name', Values: LIVING },
    ])
  }

  async one(id: string): Promise<JobInstance | undefined> {
    // Unlike the parameter InstanceIds, a filter ignores ids that EC2 does not know.
    const found = await this.#read([
      { Name: 'instance-id', Values: [id] },
      { Name: `tag:${TAG.kind}`, Values: [JOB_KIND] },
    ])
    return found[0]
  }

  /** The id of the instance that a run started, if EC2 shows it. */
  async ofRun(arn: string): Promise<string | undefined> {
    return (await this.#read([{ Name: `tag:${TAG.job}`, Values: [arn] }]))[0]?.id
  }

  async terminate(ids: string[]): Promise<void> {
    await this.#client.send(new TerminateInstancesCommand({ InstanceIds: ids }))
  }

  /** The decoded user data of a launch template. @throws {NotFound} without such a version */
  async userData({ id, version }: Template): Promise<string> {
    const { LaunchTemplateVersions: [found] = [] } = await this.#client.send(
      new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId: id, Versions: [version] }),
    )
    if (!found) throw new NotFound(`launch template ${id} has no version ${version}; deploy the app again`)
    return Buffer.from(found.LaunchTemplateData?.UserData ?? '', 'base64').toString()
  }

  /**
   * Starts one instance, in the first zone that has room.
   * @returns its id
   * @throws {ServiceRefusal} when EC2 starts it in none
   */
  async launch({ template, subnets, userData, tags, token }: Launch): Promise<string> {
    const refusals: string[] = []
    for (const [index, SubnetId] of subnets.entries()) {
      try {
        const { Instances: [instance] = [] } = await this.#client.send(
          new RunInstancesCommand({
            LaunchTemplate: { LaunchTemplateId: template.id, Version: template.version },
            MinCount: 1,
            MaxCount: 1,
            SubnetId,
            UserData: Buffer.from(userData).toString('base64'),
            ClientToken: `${token}-${index}`,
            TagSpecifications: (['instance', 'volume'] as const).map((ResourceType) => ({
              ResourceType,
              Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
            })),
          }),
        )
        if (instance?.InstanceId) return instance.InstanceId
        throw new ServiceFailure('EC2 started an instance and did not say which')
      } catch (error) {
        if (!(error instanceof Error && ELSEWHERE.includes(error.name))) throw error
        refusals.push(error.message)
      }
    }
    throw new ServiceRefusal(`EC2 starts no instance: ${refusals.join('; ')}`)
  }

  async #read(Filters: { Name: string; Values: string[] }[]): Promise<JobInstance[]> {
    const found: JobInstance[] = []
    for await (const { Reservations = [] } of paginateDescribeInstances(
      { client: this.#client },
      { Filters },
    ))
      found.push(...Reservations.flatMap(({ Instances = [] }) => Instances.map(toJob)))
    return found
  }
}

function toJob(instance: Instance): JobInstance {
  const tag = (key: string): string => instance.Tags?.find(({ Key }) => Key === key)?.Value ?? ''
  return {
    id: instance.InstanceId ?? '',
    state: (instance.State?.Name ?? 'pending') as InstanceState,
    reason: instance.StateReason?.Message ?? '',
    run: tag(TAG.job),
    app: tag(TAG.app),
    service: tag(TAG.service),
    scheduled: tag(TAG.scheduled) === 'yes',
    launchedAt: instance.LaunchTime?.toISOString() ?? '',
  }
}
