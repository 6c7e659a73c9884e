import { DeleteQueueCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { controlStack } from '../../core/base/names.ts'
import { ownQueue } from '../contracts/own-queue.ts'
import { queryAsRoot } from './signed.ts'
import { regionOf } from './stage.ts'

/** A subscriber to the stage's alarm topic. */
export interface Listener {
  /** What was published since the last call, waiting up to a second for it. */
  heard(): Promise<string[]>
  stop(): Promise<void>
}

/** Subscribes a queue to the topic that the stage's outputs name. */
export async function listenToAlarms(context: Context): Promise<Listener> {
  const { AlarmTopic = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const queue = await ownQueue(context, 'alarms')
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: queue.arn,
  }
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
  await context.sqs().send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }))
  const subscribed = await queryAsRoot(regionOf(context), 'sns', {
    Action: 'Subscribe',
    TopicArn: AlarmTopic,
    Protocol: 'sqs',
    Endpoint: queue.arn,
    'Attributes.entry.1.key': 'RawMessageDelivery',
    'Attributes.entry.1.value': 'true',
  })
  const [, SubscriptionArn = ''] = /<SubscriptionArn>(.+?)</.exec(subscribed) ?? []
  return {
    heard: () => queue.arrivals(1),
    stop: async () => {
      await queryAsRoot(regionOf(context), 'sns', { Action: 'Unsubscribe', SubscriptionArn })
      await context.sqs().send(new DeleteQueueCommand({ QueueUrl: queue.url }))
    },
  }
}

/** The state of an alarm: `OK`, `ALARM` or `INSUFFICIENT_DATA`. */
export async function alarmState(context: Context, name: string): Promise<string | undefined> {
  const answer = await queryAsRoot(regionOf(context), 'monitoring', {
    Action: 'DescribeAlarms',
    'AlarmNames.member.1': name,
  })
  return /<StateValue>(\w+)</.exec(answer)?.[1]
}
