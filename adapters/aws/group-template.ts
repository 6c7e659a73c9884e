import { type AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { NotFound } from '../../core/base/errors.ts'
import type { Template } from './job-instances.ts'

/**
 * The version of the launch template that a group starts its instances from.
 * @throws {NotFound} without such a group
 */
export async function groupTemplate(client: AutoScalingClient, group: string): Promise<Template> {
  const { AutoScalingGroups: [found] = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
  )
  const { LaunchTemplateId: id, Version: version } = found?.LaunchTemplate ?? {}
  if (!id || !version)
    throw new NotFound(`there is no group ${group} with a launch template; deploy the app again`)
  return { id, version }
}
