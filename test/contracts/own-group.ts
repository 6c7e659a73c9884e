import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  type LifecycleHookSpecification,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import type { Context } from '../../cli/context.ts'
import { until } from '../../scripts/demo/wait.ts'
import { ownImage } from './own-image.ts'

/** An Auto Scaling group just for one suite, with 0 to 4 instances. */
export interface OwnGroup {
  name: string
  /** Makes the group launch from another version of its template. */
  launchFrom(data: RequestLaunchTemplateData): Promise<void>
  stop(): Promise<void>
}

/** Creates the group with everything it needs. */
export async function ownGroup(
  context: Context,
  suite: string,
  options: { subnetId: string; hooks?: LifecycleHookSpecification[] },
): Promise<OwnGroup> {
  const [ec2, scaling] = [context.ec2(), context.autoScaling()]
  const name = `contract-${suite}-${process.pid}`
  const image = await ownImage(context)
  const base: RequestLaunchTemplateData = { ImageId: image.id, InstanceType: 't3.micro' }
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData: base }),
  )
  const LaunchTemplateId = LaunchTemplate?.LaunchTemplateId
  await scaling.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      MinSize: 0,
      MaxSize: 4,
      DesiredCapacity: 0,
      VPCZoneIdentifier: options.subnetId,
      LaunchTemplate: { LaunchTemplateId, Version: '1' },
      LifecycleHookSpecificationList: options.hooks,
    }),
  )
  return {
    name,
    launchFrom: async (data) => {
      const { LaunchTemplateVersion } = await ec2.send(
        new CreateLaunchTemplateVersionCommand({
          LaunchTemplateId,
          LaunchTemplateData: { ...base, ...data },
        }),
      )
      const Version = String(LaunchTemplateVersion?.VersionNumber)
      await scaling.send(
        new UpdateAutoScalingGroupCommand({
          AutoScalingGroupName: name,
          LaunchTemplate: { LaunchTemplateId, Version },
        }),
      )
    },
    stop: async () => {
      await scaling.send(new DeleteAutoScalingGroupCommand({ AutoScalingGroupName: name, ForceDelete: true }))
      await until(`the end of ${name}`, 30, async () => {
        const names = { AutoScalingGroupNames: [name] }
        const { AutoScalingGroups = [] } = await scaling.send(new DescribeAutoScalingGroupsCommand(names))
        return AutoScalingGroups.length === 0 ? true : undefined
      })
      await ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }))
      await image.stop()
    },
  }
}
