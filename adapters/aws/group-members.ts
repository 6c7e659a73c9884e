import { type AutoScalingClient, paginateDescribeAutoScalingGroups } from '@aws-sdk/client-auto-scaling'

/** Auto Scaling User Guide, "Amazon EC2 Auto Scaling instance lifecycle". */
const STAYING = /^(Pending|InService)/

/**
 * Ids of the instances of each group that are neither leaving nor in Standby; a group that does not exist is
 * left out. An error of Auto Scaling is thrown as it is: a refusal must not look like one that passes.
 */
export async function groupMembers(
  client: AutoScalingClient,
  groups: string[],
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  const pages = paginateDescribeAutoScalingGroups({ client }, { AutoScalingGroupNames: groups })
  for await (const { AutoScalingGroups = [] } of pages)
    for (const { AutoScalingGroupName = '', Instances = [] } of AutoScalingGroups)
      found[AutoScalingGroupName] = Instances.filter(({ LifecycleState = '' }) =>
        STAYING.test(LifecycleState),
      ).map(({ InstanceId = '' }) => InstanceId)
  return found
}
