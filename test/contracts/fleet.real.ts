import { EnterStandbyCommand } from '@aws-sdk/client-auto-scaling'
import { TerminateInstancesCommand } from '@aws-sdk/client-ec2'
import { AutoScalingFleet } from '../../adapters/aws/autoscaling.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { controlStack, TAG } from '../../core/base/names.ts'
import { liveStage } from '../live/stage.ts'
import { fleetContract } from './fleet.ts'
import { ownGroup } from './own-group.ts'

fleetContract('of EC2 Auto Scaling', async () => {
  const context = await liveStage()
  const ec2 = context.ec2()
  // Only instances in the stage's network have a process that prints something; without our tags they belong
  // to nobody.
  const { PrivateSubnets = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const group = await ownGroup(context, 'fleet', { subnetId: PrivateSubnets.split(',')[0] ?? '' })
  let release = 0
  const change = async (content: 'first' | 'second'): Promise<void> => {
    // The release number differs each time, and is not part of the content.
    const Tags = [{ Key: TAG.release, Value: String(++release) }]
    const UserData = Buffer.from(`CONTENT=${content}\n`).toString('base64')
    await group.launchFrom({ UserData, TagSpecifications: [{ ResourceType: 'instance', Tags }] })
  }
  await change('first')
  return {
    fleet: new AutoScalingFleet(context.autoScaling(), ec2),
    group: group.name,
    kill: async (instance) =>
      void (await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance] }))),
    rest: async (instance) =>
      void (await context.autoScaling().send(
        new EnterStandbyCommand({
          AutoScalingGroupName: group.name,
          InstanceIds: [instance],
          ShouldDecrementDesiredCapacity: true,
        }),
      )),
    change,
    refuse: () => group.launchFrom({ ImageId: 'ami-0abcdef0123456789' }),
    stop: group.stop,
  }
})
