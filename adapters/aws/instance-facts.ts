import { type EC2Client, type Instance, paginateDescribeInstances } from '@aws-sdk/client-ec2'
import { ServiceFailure } from '../../core/base/errors.ts'
import { TAG } from '../../core/base/names.ts'

/** What a person wants to know of an instance; registration reads less (`Ec2Instances`). */
export interface InstanceFacts {
  id: string
  state: string
  /** Empty once it is terminated. */
  address: string
  zone: string
  type: string
  imageId: string
  /** ISO time. */
  launchedAt: string
  /** Empty for an instance that only carries the marks of the original project. */
  app: string
  service: string
  /** The release it was started for; empty if it says none. */
  release: string
}

/**
 * The tagged instances of a VPC, by their ids; EC2 shows those that it terminated within the last hour, too.
 * @throws {ServiceFailure} when EC2 does not list all of them
 */
export async function instanceFacts(client: EC2Client, vpcId: string): Promise<Map<string, InstanceFacts>> {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: `tag:${TAG.kind}`, Values: ['service', 'consulserver'] },
  ]
  const found = new Map<string, InstanceFacts>()
  try {
    for await (const { Reservations = [] } of paginateDescribeInstances(
      { client, pageSize: 1000 },
      { Filters },
    ))
      for (const each of Reservations.flatMap(({ Instances = [] }) => Instances))
        found.set(each.InstanceId ?? '', toFacts(each))
  } catch (cause) {
    throw new ServiceFailure(`EC2 does not list the instances: ${(cause as Error).message}`, { cause })
  }
  return found
}

function toFacts(instance: Instance): InstanceFacts {
  const tag = (key: string): string => instance.Tags?.find(({ Key }) => Key === key)?.Value ?? ''
  return {
    id: instance.InstanceId ?? '',
    state: instance.State?.Name ?? 'unknown',
    address: instance.PrivateIpAddress ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    type: instance.InstanceType ?? '',
    imageId: instance.ImageId ?? '',
    launchedAt: instance.LaunchTime?.toISOString() ?? '',
    app: tag(TAG.app),
    service: tag(TAG.service),
    release: tag(TAG.release),
  }
}
