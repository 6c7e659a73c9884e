import { type AutoScalingClient, paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling'
import { ServiceFailure } from '../../core/base/errors.ts'

/** Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle". */
const STAYING = /^(Pending|InService)/

/**
 * Ids of the instances of each group that are neither leaving nor in Standby; a group that does not exist has
 * none.
 * @throws {ServiceFailure} when Auto Scaling does not list all groups
 */
export async function groupMembers(
  client: AutoScalingClient,
  groups: string[],
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  try {
    const pages = paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames: groups })
    for await (const { AutoScalingGroups = [] } of pages)
      for (const { AutoScalingGroupName = '', Instances = [] } of AutoScalingGroups)
        found[AutoScalingGroupName] = Instances.filter(({ LifecycleState = '' }) =>
          STAYING.test(LifecycleState),
        ).map(({ InstanceId = '' }) => InstanceId)
  } catch (cause) {
    throw new ServiceFailure(`Auto Scaling does not list the groups: ${(cause as Error).message}`, { cause })
  }
  return found
}
