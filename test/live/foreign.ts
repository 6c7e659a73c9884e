import { setTimeout as sleep } from 'node:timers/promises'
import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { GetQueueAttributesCommand, GetQueueUrlCommand } from '@aws-sdk/client-sqs'
import { functionLogGroup, logLines } from '../../adapters/aws/log-events.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import type { Context } from '../../cli/context.ts'
import { controlName, controlStack } from '../../core/base/names.ts'
import { until } from '../../scripts/demo/wait.ts'
import { ec2CallsOfRoles, recordCalls } from './calls.ts'
import { regionOf } from './stage.ts'

/** How many milliseconds a function may take from a call to EC2 to its journal line. */
const LATE_MS = 20_000

/** What the control plane did while foreign instances came and went. */
export interface Reaction {
  /** The lines that the functions wrote, one per invocation. */
  batches: string[]
  rounds: string[]
  /** The EC2 actions that control plane functions called. */
  calls: string[]
  deadLetters: number
}

/** Launches instances in a foreign network and, untagged, in our own; stops, starts and terminates them. */
export async function foreignEvents(context: Context, image: string): Promise<Reaction> {
  const ec2 = context.ec2()
  const since = Date.now()
  await recordCalls(regionOf(context), true)
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.99.0.0/16' }))
  const { Subnet } = await ec2.send(new CreateSubnetCommand({ VpcId: Vpc?.VpcId, CidrBlock: '10.99.0.0/24' }))
  const { PrivateSubnets = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  try {
    const places: [subnet: string | undefined, count: number][] = [
      [Subnet?.SubnetId, 4],
      [PrivateSubnets.split(',')[0], 1],
    ]
    const launched = await Promise.all(
      places.map(([SubnetId, count]) =>
        ec2.send(
          new RunInstancesCommand({
            ImageId: image,
            InstanceType: 't3.micro',
            SubnetId,
            MinCount: count,
            MaxCount: count,
          }),
        ),
      ),
    )
    const InstanceIds = launched.flatMap(({ Instances = [] }) => Instances.map((one) => one.InstanceId ?? ''))
    await untilState(context, InstanceIds, 'running')
    await ec2.send(new StopInstancesCommand({ InstanceIds }))
    await untilState(context, InstanceIds, 'stopped')
    await ec2.send(new StartInstancesCommand({ InstanceIds }))
    await untilState(context, InstanceIds, 'running')
    await ec2.send(new TerminateInstancesCommand({ InstanceIds }))
    await untilState(context, InstanceIds, 'terminated')
    await untilQuiet(context)
  } finally {
    await ec2.send(new DeleteSubnetCommand({ SubnetId: Subnet?.SubnetId }))
    await ec2.send(new DeleteVpcCommand({ VpcId: Vpc?.VpcId }))
  }
  const calls = await ec2CallsOfRoles(regionOf(context), since)
  await recordCalls(regionOf(context), false)
  const { batches, rounds } = await journals(context, since, calls.length)
  const deadLetters = await waiting(context, 'register-dead-letters')
  return { batches, rounds, calls, deadLetters }
}

/** What the functions wrote; a scheduled round may have called EC2 and write its line a little later. */
async function journals(
  context: Context,
  since: number,
  calls: number,
): Promise<Pick<Reaction, 'batches' | 'rounds'>> {
  for (let waited = 0; ; waited += 250) {
    const [batches = [], rounds = []] = await Promise.all(
      ['register', 'reconcile'].map((name) => journal(context, name, since)),
    )
    if (batches.length + rounds.length >= calls || waited >= LATE_MS) return { batches, rounds }
    await sleep(250)
  }
}

function untilState(context: Context, InstanceIds: string[], state: string): Promise<unknown> {
  return until(`all instances ${state}`, 20, async () => {
    const states = await statesOf(context, InstanceIds)
    return states.length === InstanceIds.length && states.every((one) => one === state) ? true : undefined
  })
}

/** As far as EC2 shows them: a new instance may be unknown to it for a moment. */
async function statesOf(context: Context, ids: string[]): Promise<(string | undefined)[]> {
  const Filters = [{ Name: 'instance-id', Values: ids }]
  const { Reservations = [] } = await context.ec2().send(new DescribeInstancesCommand({ Filters }))
  return Reservations.flatMap(({ Instances = [] }) => Instances.map((one) => one.State?.Name))
}

/** Waits until no message is waiting or being handled, twice in a row. */
async function untilQuiet(context: Context): Promise<void> {
  let quiet = 0
  await until('an empty queue', 30, async () => {
    quiet = (await waiting(context, 'register')) === 0 ? quiet + 1 : 0
    return quiet >= 3 ? true : undefined
  })
}

async function waiting(context: Context, part: string): Promise<number> {
  const sqs = context.sqs()
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: controlName(context.stage, part) }))
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {}
  return Number(ApproximateNumberOfMessages ?? 0) + Number(ApproximateNumberOfMessagesNotVisible ?? 0)
}

/** The JSON lines that a function wrote about its invocations. */
async function journal(context: Context, name: string, since: number): Promise<string[]> {
  const lines = await logLines(context.logs(), functionLogGroup(context.stage, name), since)
  return lines.map(({ text }) => text).filter((text) => text.includes('"level":'))
}
