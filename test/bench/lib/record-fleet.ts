import { RunInstancesCommand, TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import type { Context } from '../../../cli/context.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { TAG } from '../../../core/base/names.ts'
import type { PrivateApi } from '../../../local/root-key.ts'
import { allInstances } from '../../../scripts/demo/local-instances.ts'

/**
 * An image that is built into the emulator, with nothing behind it: its instances are records without a
 * process.
 */
const IMAGE = 'ami-0abcdef1234567890'

export interface RecordInstance {
  id: string
  address: string
}

/** Instances in the region's EC2 with all their states and events, but no process. */
export class RecordFleet {
  readonly #context: Context
  readonly #region: PrivateApi
  readonly #subnet: string
  readonly #definition: string

  /** @param definition the name of the parameter that all of them point to */
  constructor(context: Context, region: PrivateApi, subnet: string, definition: string) {
    this.#context = context
    this.#region = region
    this.#subnet = subnet
    this.#definition = definition
  }

  /** Returns while they are pending. */
  async launch(count: number, app: string): Promise<RecordInstance[]> {
    const tags = { Name: 'bench', [TAG.kind]: 'service', [TAG.definition]: this.#definition, [TAG.app]: app }
    const { Instances = [] } = await this.#context.ec2().send(
      new RunInstancesCommand({
        ImageId: IMAGE,
        InstanceType: 't3.micro',
        SubnetId: this.#subnet,
        MinCount: count,
        MaxCount: count,
        TagSpecifications: [
          {
            ResourceType: 'instance',
            Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
          },
        ],
      }),
    )
    return Instances.map(({ InstanceId = '', PrivateIpAddress = '' }) => ({
      id: InstanceId,
      address: PrivateIpAddress,
    }))
  }

  async terminate(instances: RecordInstance[]): Promise<void> {
    await this.#context
      .ec2()
      .send(new TerminateInstancesCommand({ InstanceIds: instances.map(({ id }) => id) }))
  }

  /** When each entered a state, in milliseconds since 1970, in the order of the instances. */
  async entered(instances: RecordInstance[], state: string): Promise<number[]> {
    const shown = new Map((await allInstances(this.#region)).map((each) => [each.instanceId, each.entered]))
    return instances.map(({ id }) => {
      const at = shown.get(id)?.[state]
      if (at === undefined) throw new ServiceFailure(`the region does not say when ${id} entered ${state}`)
      return at
    })
  }
}
