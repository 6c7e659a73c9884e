import { DescribeAutoScalingInstancesCommand } from '@aws-sdk/client-auto-scaling'
import { AutoScalingFleet } from '../../adapters/aws/autoscaling.ts'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { AutoScalingActions } from '../../adapters/aws/lifecycle-actions.ts'
import type { Context } from '../../cli/context.ts'
import type { LifecycleAction } from '../../core/registration/hints.ts'
import { until } from '../../scripts/demo/wait.ts'
import { liveStage } from '../live/stage.ts'
import { lifecycleContract } from './lifecycle.ts'
import { ownGroup } from './own-group.ts'
import { ownNetwork } from './own-network.ts'
import { ownQueue } from './own-queue.ts'

const HOOK = {
  LifecycleHookName: 'drain',
  LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  HeartbeatTimeout: 300,
}

lifecycleContract('of EC2 Auto Scaling', async () => {
  const context = await liveStage()
  const scaling = context.autoScaling()
  const network = await ownNetwork(context.ec2())
  const group = await ownGroup(context, 'lifecycle', { subnetId: network.subnetId, hooks: [HOOK] })
  const fleet = new AutoScalingFleet(scaling, context.ec2())
  const events = await ownEvents(context, group.name)
  await fleet.setDesired(group.name, 3)
  const serving = await until('three instances in service', 30, async () => {
    const members = (await fleet.group(group.name))?.members ?? []
    return members.length === 3 && members.every(({ stage }) => stage === 'serving') ? members : undefined
  })
  const state = async (InstanceId: string): Promise<string | undefined> => {
    const request = new DescribeAutoScalingInstancesCommand({ InstanceIds: [InstanceId] })
    return (await scaling.send(request)).AutoScalingInstances?.[0]?.LifecycleState
  }
  const lifecycle = new AutoScalingActions(scaling)
  return {
    lifecycle,
    hold: async () => {
      const { id } = serving.pop() ?? { id: '' }
      await fleet.retire(id)
      const action = await events.actionOf(id)
      await until(`${id} to wait`, 10, async () =>
        (await state(id)) === 'Terminating:Wait' ? true : undefined,
      )
      return action
    },
    holds: async ({ instanceId }) => (await state(instanceId)) === 'Terminating:Wait',
    stop: async () => {
      await events.stop()
      await group.stop()
      await network.stop()
    },
  }
})

/** A group's lifecycle events, as the control plane gets those of its own groups. */
async function ownEvents(context: Context, group: string) {
  const stacks = new CloudFormationStacks(context.cloudFormation())
  const queue = await ownQueue(context, 'lifecycle')
  const EventPattern = {
    source: ['aws.autoscaling'],
    'detail-type': ['EC2 Instance-terminate Lifecycle Action'],
    detail: { AutoScalingGroupName: [group] },
  }
  const Properties = { EventPattern, Targets: [{ Id: 'queue', Arn: queue.arn }] }
  const template = JSON.stringify({ Resources: { Rule: { Type: 'AWS::Events::Rule', Properties } } })
  await stacks.create({ name: group, template, parameters: {}, tags: {} })
  await until(`the rule of ${group}`, 20, async () =>
    (await stacks.find(group))?.status === 'CREATE_COMPLETE' ? true : undefined,
  )
  const actionOf = async (instanceId: string): Promise<LifecycleAction> =>
    until(`the event of ${instanceId}`, 10, async () => {
      for (const body of await queue.arrivals(1)) {
        const { detail } = JSON.parse(body)
        if (detail.EC2InstanceId === instanceId)
          return { group, hook: detail.LifecycleHookName, token: detail.LifecycleActionToken, instanceId }
      }
      return undefined
    })
  return {
    actionOf,
    stop: async () => {
      await stacks.remove(group)
      await until(`the end of the stack ${group}`, 20, async () =>
        (await stacks.find(group)) ? undefined : true,
      )
      await queue.stop()
    },
  }
}
