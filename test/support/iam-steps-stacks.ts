import {
  CreateStackCommand,
  DeleteStackCommand,
  waitUntilStackCreateComplete,
  waitUntilStackDeleteComplete,
  waitUntilStackRollbackComplete,
} from '@aws-sdk/client-cloudformation'
import { DeleteBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3'
import { appStack, serviceStack } from '../../core/names.ts'
import { needs, type Step } from './iam-step.ts'
import { missingPlan } from './iam-steps-records.ts'
import { type IamWorld, PROBE, PROBE_PLAN } from './iam-world.ts'

const topic = { Type: 'AWS::SNS::Topic' }
/** A bucket without a name cannot be one: S3 refuses it. */
const broken = {
  Type: 'AWS::SNS::Subscription',
  Properties: { Protocol: 'sqs', TopicArn: 'arn:aws:sns:nowhere' },
}

const waiting = (world: IamWorld) => ({
  client: world.context.cloudFormation(),
  maxWaitTime: 30,
  minDelay: 0.2,
  maxDelay: 0.2,
})

/** Makes the stack of the probe by hand, so that a step finds one. */
async function stand(world: IamWorld, resources: Record<string, unknown>, fails = false): Promise<void> {
  await takeAway(world)
  const StackName = appStack(world.context.stage, PROBE)
  const TemplateBody = JSON.stringify({ Resources: resources })
  await world.context.cloudFormation().send(new CreateStackCommand({ StackName, TemplateBody }))
  const wait = fails ? waitUntilStackRollbackComplete : waitUntilStackCreateComplete
  await wait(waiting(world), { StackName })
}

async function takeAway(world: IamWorld): Promise<void> {
  const StackName = appStack(world.context.stage, PROBE)
  await world.context.cloudFormation().send(new DeleteStackCommand({ StackName }))
  await waitUntilStackDeleteComplete(waiting(world), { StackName })
}

const applies = (
  does: string,
  actions: string[],
  prepare: NonNullable<Step['prepare']> = takeAway,
): Step => ({
  role: 'ApplyStackRole',
  does: `apply-stack: ${does}`,
  covers: needs(...actions),
  prepare,
  run: async (world) => void (await world.invoke('apply-stack', { plan: PROBE_PLAN, step: 'final' })),
  tidy: takeAway,
})

const bucketName = (world: IamWorld): string => `nanofleet-${world.context.stage}-${PROBE}-data`

const prepares = (does: string, actions: string[], data: 'keep' | 'delete'): Step => ({
  role: 'PrepareDataRole',
  does: `prepare-data: ${does}`,
  covers: needs(...actions),
  prepare: async (world) => {
    const VersioningConfiguration = { Status: 'Enabled' }
    const Properties = { BucketName: bucketName(world), VersioningConfiguration }
    await stand(world, { Data: { Type: 'AWS::S3::Bucket', Properties } })
    const object = { Bucket: bucketName(world), Key: 'photo', Body: 'pixels' }
    await world.context.s3().send(new PutObjectCommand(object))
  },
  run: async (world) => void (await world.invoke('prepare-data', { app: PROBE, data })),
  tidy: async (world) => {
    // An administrator empties it, whatever the function did; a kept bucket outlives its stack.
    await world.invoke('prepare-data', { app: PROBE, data: 'delete' })
    await takeAway(world)
    await world.context
      .s3()
      .send(new DeleteBucketCommand({ Bucket: bucketName(world) }))
      .catch(gone)
  },
})

function gone(error: Error): void {
  if (error.name !== 'NoSuchBucket') throw error
}

/** Steps of the functions that change stacks. */
export const stackSteps: Step[] = [
  missingPlan('ApplyStackRole', 'apply-stack'),
  applies('a new stack', [
    's3:GetObject',
    'cloudformation:DescribeStacks',
    'cloudformation:CreateStack',
    'iam:PassRole',
  ]),
  applies('a changed stack', ['cloudformation:GetTemplate', 'cloudformation:UpdateStack'], (world) =>
    stand(world, { Topic: topic }),
  ),
  applies('a stack that could not be made', ['cloudformation:DeleteStack'], (world) =>
    stand(world, { Topic: topic, Broken: broken }, true),
  ),
  {
    role: 'CheckStackRole',
    does: 'check-stack: a stack that should be gone',
    covers: needs('cloudformation:DescribeStacks', 'cloudformation:DescribeStackEvents'),
    run: (world) => {
      const stack = serviceStack(world.context.stage, 'web', 'web')
      const step = { stack, next: 'wait', until: 'gone', checks: 0, seconds: 1 }
      return world.refused('check-stack', step, /_COMPLETE$/)
    },
  },
  {
    role: 'DeleteStackRole',
    does: 'delete-stack: the stack of the probe',
    covers: needs('cloudformation:DescribeStacks', 'cloudformation:DeleteStack', 'iam:PassRole'),
    prepare: (world) => stand(world, { Topic: topic }),
    run: async (world) => void (await world.invoke('delete-stack', { app: PROBE })),
    tidy: takeAway,
  },
  prepares(
    'a bucket whose data is kept',
    ['cloudformation:GetTemplate', 'cloudformation:UpdateStack', 'iam:PassRole'],
    'keep',
  ),
  prepares(
    'a bucket whose data goes',
    [
      'cloudformation:DescribeStacks',
      'cloudformation:DescribeStackResources',
      's3:ListBucketVersions',
      's3:DeleteObjectVersion',
      's3:DeleteObject',
    ],
    'delete',
  ),
]
