import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateAutoScalingGroupCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  SetInstanceHealthCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { controlStack, serviceStack } from '../../core/base/names.ts'
import { type IamWorld, PROBE } from './world.ts'

const groupName = (world: IamWorld): string => serviceStack(world.context.stage, PROBE, 'probe')

/**
 * A group with one instance under the probe's name; untagged, so that nobody takes the instance for a
 * service.
 */
export async function startGroup(world: IamWorld): Promise<void> {
  const name = groupName(world)
  const ImageId = world.release.services.web?.imageId
  const LaunchTemplateData = { ImageId, InstanceType: 't3.micro' as const }
  await world.context
    .ec2()
    .send(new CreateLaunchTemplateCommand({ LaunchTemplateName: name, LaunchTemplateData }))
  const { PrivateSubnets } = await stackOutputs(
    world.context.cloudFormation(),
    controlStack(world.context.stage),
  )
  await world.context.autoScaling().send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: '1' },
      MinSize: 0,
      MaxSize: 2,
      DesiredCapacity: 1,
      VPCZoneIdentifier: PrivateSubnets?.split(',')[0],
    }),
  )
  await memberOfGroup(world)
}

/** Makes the group launch from a newer version than its instance was launched from. */
async function ageGroup(world: IamWorld): Promise<void> {
  const name = groupName(world)
  const LaunchTemplateData = { InstanceType: 't3.small' as const }
  const version = { LaunchTemplateName: name, SourceVersion: '1', LaunchTemplateData }
  await world.context.ec2().send(new CreateLaunchTemplateVersionCommand(version))
  await world.context.autoScaling().send(
    new UpdateAutoScalingGroupCommand({
      AutoScalingGroupName: name,
      LaunchTemplate: { LaunchTemplateName: name, Version: '2' },
    }),
  )
}

/** A group whose instance is of an older version than the group launches. */
export async function startOldGroup(world: IamWorld): Promise<void> {
  await startGroup(world)
  await ageGroup(world)
}

/** Makes the group replace its instance this many times. */
export async function endMembers(world: IamWorld, times: number): Promise<void> {
  let last = ''
  for (let ended = 0; ended < times; ended++) {
    last = await memberOfGroup(world, last)
    const unhealthy = { InstanceId: last, HealthStatus: 'Unhealthy', ShouldRespectGracePeriod: false }
    await world.context.autoScaling().send(new SetInstanceHealthCommand(unhealthy))
  }
  await memberOfGroup(world, last)
}

/** The instance in service, once it is not `than` any more. */
export async function memberOfGroup(world: IamWorld, than = ''): Promise<string> {
  const wanted = { AutoScalingGroupNames: [groupName(world)] }
  for (let waited = 0; waited < 100; waited++) {
    const answer = await world.context.autoScaling().send(new DescribeAutoScalingGroupsCommand(wanted))
    const serving = answer.AutoScalingGroups?.[0]?.Instances?.find(
      ({ InstanceId, LifecycleState }) => LifecycleState === 'InService' && InstanceId !== than,
    )
    if (serving?.InstanceId) return serving.InstanceId
    await sleep(200)
  }
  throw new ServiceFailure(`${groupName(world)} has no instance in service after 20 s`)
}

export async function removeGroup(world: IamWorld): Promise<void> {
  const name = groupName(world)
  const group = { AutoScalingGroupName: name, ForceDelete: true }
  const scaling = world.context.autoScaling()
  await scaling.send(new DeleteAutoScalingGroupCommand(group)).catch(absent)
  const wanted = { AutoScalingGroupNames: [name] }
  for (let waited = 0; waited < 100; waited++) {
    const answer = await scaling.send(new DescribeAutoScalingGroupsCommand(wanted))
    if (!answer.AutoScalingGroups?.[0]) break
    await sleep(100)
  }
  await world.context
    .ec2()
    .send(new DeleteLaunchTemplateCommand({ LaunchTemplateName: name }))
    .catch(absent)
}

function absent(error: Error): void {
  if (!/not found|does not exist|NotFound/i.test(`${error.name} ${error.message}`)) throw error
}
