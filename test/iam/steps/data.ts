import { CreateTableCommand, DeleteTableCommand } from '@aws-sdk/client-dynamodb'
import { CreateBucketCommand } from '@aws-sdk/client-s3'
import { CloudFormationStacks } from '../../../adapters/aws/cloudformation.ts'
import type { Resource } from '../../../core/base/cloudformation.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { appStack } from '../../../core/base/names.ts'
import type { DeployPlan } from '../../../core/deploy/deploy-plan.ts'
import {
  bucket,
  bucketResource,
  FOREIGN,
  fill,
  ofEach,
  push,
  QUEUE,
  record,
  retained,
  TABLE,
  tidy,
  topic,
} from '../data-parts.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE, PROBE_PLAN } from '../world.ts'
import { large, stand, takeAway } from './stacks.ts'

const planOf = (purpose: string, replaceData: string[] = []) => ({
  app: PROBE,
  release: 0,
  execution: PROBE,
  purpose,
  replaceData,
  restore: {},
})

const prepares = (
  does: string,
  actions: string[],
  input: { data: string; deletes?: string[] },
  more: {
    resources?: (world: IamWorld) => Record<string, Resource>
    after?: (world: IamWorld) => Promise<void>
  } = {},
): Step => ({
  role: 'PrepareDataRole',
  does: `prepare-data: ${does}`,
  covers: needs(...actions),
  prepare: async (world) => {
    await stand(world, more.resources?.(world) ?? { Data: bucketResource(world) })
    await fill(world)
  },
  run: async (world) => {
    await world.invoke('prepare-data', { app: PROBE, deletes: [], execution: PROBE, ...input })
    await more.after?.(world)
  },
  tidy,
})

const takesUp = (
  does: string,
  actions: string[],
  prepare: (world: IamWorld) => Promise<void>,
  expected?: RegExp,
): Step => ({
  role: 'TakeUpDataRole',
  does: `take-up-data: ${does}`,
  covers: needs(...actions),
  prepare: async (world) => {
    await takeAway(world)
    await world.context.s3().send(new CreateBucketCommand({ Bucket: bucket(world) }))
    await prepare(world)
  },
  run: async (world) => {
    const invoke = async (): Promise<string> => {
      for (let looks = 0; looks < 30; looks++) {
        const step = (await world.invoke('take-up-data', { plan: PROBE_PLAN, looks })) as { next: string }
        if (step.next === 'go-on') return 'taken up'
        await new Promise((resolve) => setTimeout(resolve, 200))
      }
      return 'waits'
    }
    const said = await invoke().catch((error: Error) => {
      if (expected?.test(error.message)) return 'taken up'
      throw error
    })
    if (said !== 'taken up') throw new ServiceFailure(`take-up-data of ${PROBE} ${said}`)
  },
  tidy,
})

/** Steps of the functions that look after what apps hold. */
export const dataSteps: Step[] = [
  {
    role: 'PlanDeployRole',
    does: 'plan-deploy: what a deployment would take away, counted',
    covers: needs(
      's3:PutObject /templates/',
      's3:GetObject /templates/',
      'cloudformation:CreateChangeSet',
      'cloudformation:DescribeChangeSet',
      'cloudformation:DeleteChangeSet',
      'dynamodb:Scan -*',
      's3:ListBucketVersions',
      'sqs:GetQueueAttributes',
    ),
    prepare: async (world) => {
      await stand(world, ofEach(world))
      await push(world, { Large: large })
    },
    run: async (world) => {
      const { plan } = (await world.invoke('plan-deploy', planOf('dry-run'))) as { plan: DeployPlan }
      const counted = plan.losses.filter(({ holds }) => 'holding' in holds).map(({ name }) => name)
      if (counted.length !== 3)
        throw new ServiceFailure(`only ${counted.join()} counted: ${JSON.stringify(plan.losses)}`)
    },
    tidy,
  },
  {
    role: 'PlanDeployRole',
    does: 'plan-deploy: data that was named, data that never left, and data to take up',
    covers: needs(
      'dynamodb:PutItem',
      'dynamodb:DeleteItem',
      'cloudformation:ListStackResources',
      'cloudformation:DescribeType',
    ),
    prepare: async (world) => {
      await stand(world, { Rows: TABLE, Jobs: QUEUE })
      await world.context.s3().send(new CreateBucketCommand({ Bucket: bucket(world) }))
      const stacks = new CloudFormationStacks(world.context.cloudFormation())
      const parts = await stacks.parts(appStack(world.context.stage, PROBE))
      const rows = parts.find(({ name }) => name === 'Rows')?.id ?? ''
      await world.kept.keep(PROBE, [
        record('Rows', TABLE, rows),
        record('Data', bucketResource(world), bucket(world)),
      ])
      await push(world, { Rows: TABLE, Data: bucketResource(world) })
    },
    run: async (world) => void (await world.invoke('plan-deploy', planOf('deploy', ['Jobs']))),
    tidy,
  },
  takesUp(
    'a bucket into a new stack, with a template too large for a request',
    [
      's3:GetObject /runs/',
      's3:GetObject /templates/',
      's3:PutObject /templates/',
      'dynamodb:DeleteItem',
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
      'cloudformation:CreateChangeSet',
      'cloudformation:DescribeChangeSet',
      'cloudformation:ExecuteChangeSet',
      'iam:PassRole',
    ],
    async (world) => {
      const data = { ...bucketResource(world), Metadata: { Filling: 'x'.repeat(60_000) } }
      await world.plan({ takenUp: [record('Data', data, bucket(world))] })
    },
  ),
  takesUp('a bucket into a stack that stands', ['cloudformation:GetTemplate'], async (world) => {
    await stand(world, { Topic: topic })
    await world.plan({ takenUp: [record('Data', bucketResource(world), bucket(world))] })
  }),
  {
    ...takesUp(
      'a table that the role of stacks may not read',
      ['cloudformation:DescribeStackEvents', 'cloudformation:DeleteStack'],
      async (world) => {
        await world.dynamo.send(new CreateTableCommand({ TableName: FOREIGN, ...TABLE.Properties } as never))
        await world.plan({ takenUp: [record('Data', TABLE, FOREIGN)] })
      },
      /could not be taken up: .*not authorized/,
    ),
    tidy: async (world) => {
      await tidy(world)
      await world.dynamo.send(new DeleteTableCommand({ TableName: FOREIGN }))
    },
  },
  prepares(
    'a bucket whose data is kept',
    ['cloudformation:GetTemplate', 'cloudformation:UpdateStack', 'iam:PassRole', 'dynamodb:PutItem'],
    { data: 'keep' },
  ),
  prepares(
    'a bucket whose data is kept, in a stack with a template too large for a request',
    ['s3:PutObject', 's3:GetObject'],
    { data: 'keep' },
    { resources: (world) => ({ Data: bucketResource(world), Large: large }) },
  ),
  prepares(
    'a table that is empty and goes',
    ['dynamodb:Scan'],
    { data: 'keep-used' },
    {
      resources: ofEach,
      after: async (world) => {
        const empty = (await world.kept.list(PROBE)).filter(({ confirmedBy }) => confirmedBy)
        if (!empty.some(({ name }) => name === 'Rows'))
          throw new ServiceFailure('Rows is not counted by who is not authorized to perform: dynamodb:Scan')
      },
    },
  ),
  prepares(
    'a bucket whose data goes',
    [
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
      'dynamodb:Query',
      's3:ListBucketVersions',
      's3:DeleteObjectVersion',
      's3:DeleteObject',
    ],
    { data: 'delete', deletes: ['Data'] },
  ),
  {
    role: 'RemoveDataRole',
    does: 'remove-data: what was named, which a deleted stack left',
    covers: needs(
      'dynamodb:Query',
      'dynamodb:DeleteItem',
      'dynamodb:DeleteTable',
      's3:ListBucketVersions',
      's3:DeleteObject',
      's3:DeleteObjectVersion',
      's3:DeleteBucket',
      'sqs:DeleteQueue',
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
    ),
    prepare: async (world) => {
      await stand(
        world,
        Object.fromEntries(
          Object.entries(ofEach(world)).map(([name, each]) => [name, { ...each, ...retained }]),
        ),
      )
      await fill(world)
      const stacks = new CloudFormationStacks(world.context.cloudFormation())
      const parts = await stacks.parts(appStack(world.context.stage, PROBE))
      await takeAway(world)
      await stand(world, { Topic: topic })
      await world.kept.keep(
        PROBE,
        parts.map(({ name, type, id }) => record(name, { Type: type }, id, { confirmedBy: PROBE })),
      )
    },
    run: async (world) => void (await world.invoke('remove-data', { app: PROBE, execution: PROBE })),
    tidy,
  },
]
