import { setTimeout as sleep } from 'node:timers/promises'
import { DeleteStackCommand } from '@aws-sdk/client-cloudformation'
import { CloudFormationStacks } from '../../../adapters/aws/cloudformation.ts'
import { liftProtection } from '../../../adapters/aws/load-balancing.ts'
import { stackOutputs } from '../../../adapters/aws/stack-outputs.ts'
import { TemplateStore } from '../../../adapters/aws/template-store.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { appStack, controlStack, serviceStack, TAG } from '../../../core/base/names.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE, PROBE_PLAN } from '../world.ts'

const topic = { Type: 'AWS::SNS::Topic' }
/** A template that is too large for a request. */
export const large = { ...topic, Metadata: { Filling: 'x'.repeat(60_000) } }
const broken = {
  Type: 'AWS::AutoScaling::AutoScalingGroup',
  Properties: {
    MinSize: '0',
    MaxSize: '0',
    LaunchTemplate: { LaunchTemplateId: 'lt-00000000000000000', Version: '1' },
  },
}

/** Creates the probe's stack by hand, so that a step finds one. */
export async function stand(
  world: IamWorld,
  resources: Record<string, unknown>,
  ends = 'CREATE_COMPLETE',
): Promise<void> {
  await takeAway(world)
  const { context } = world
  const name = appStack(context.stage, PROBE)
  const templates = new TemplateStore(context.s3(), context.bucket)
  const stacks = new CloudFormationStacks(context.cloudFormation(), { templates })
  await stacks.create({ name, template: JSON.stringify({ Resources: resources }), parameters: {}, tags: {} })
  const status = await settled(context)
  if (status !== ends) throw new ServiceFailure(`${name} ended as ${status}`)
}

export async function takeAway({ context }: IamWorld): Promise<void> {
  await settled(context)
  const StackName = appStack(context.stage, PROBE)
  const unprotect = (arn: string) => liftProtection(context.loadBalancing(), arn)
  await new CloudFormationStacks(context.cloudFormation(), { unprotect }).remove(StackName)
  await settled(context)
}

/** A load balancer that only the stage may delete. */
async function protectedBalancer({ context }: IamWorld) {
  const { PublicSubnets = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return {
    Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
    Properties: {
      Subnets: PublicSubnets.split(','),
      LoadBalancerAttributes: [{ Key: 'deletion_protection.enabled', Value: 'true' }],
      Tags: [{ Key: TAG.stage, Value: context.stage }],
    },
  }
}

/** The status of the probe's stack once no operation is under way. */
async function settled(context: IamWorld['context']): Promise<string> {
  const stacks = new CloudFormationStacks(context.cloudFormation())
  for (let waited = 0; waited < 200; waited++) {
    const { status = 'gone' } = (await stacks.find(appStack(context.stage, PROBE))) ?? {}
    // One in review waits for nothing but its change set.
    if (!status.endsWith('_IN_PROGRESS') || status === 'REVIEW_IN_PROGRESS') return status
    await sleep(100)
  }
  throw new ServiceFailure(`the stack of ${PROBE} has not settled after 20 s`)
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

/** Steps of the functions that change stacks. */
export const stackSteps: Step[] = [
  applies('a new stack', [
    's3:GetObject /apps/',
    's3:GetObject /runs/',
    'cloudformation:DescribeStacks',
    'cloudformation:CreateStack',
    'iam:PassRole',
  ]),
  applies(
    'a changed stack',
    ['cloudformation:GetTemplate', 'cloudformation:UpdateStack', 'cloudformation:SetStackPolicy'],
    (world) => stand(world, { Topic: topic }),
  ),
  applies(
    'a stack that could not be made',
    ['cloudformation:DeleteStack', 'cloudformation:ListStackResources'],
    (world) => stand(world, { Topic: topic, Broken: broken }, 'ROLLBACK_COMPLETE'),
  ),
  applies(
    'a stack that could not be deleted, as its load balancer is protected',
    ['elasticloadbalancing:ModifyLoadBalancerAttributes'],
    async (world) => {
      await stand(world, { Public: await protectedBalancer(world) })
      const StackName = appStack(world.context.stage, PROBE)
      await world.context.cloudFormation().send(new DeleteStackCommand({ StackName }))
      const status = await settled(world.context)
      if (status !== 'DELETE_FAILED') throw new ServiceFailure(`${StackName} ended as ${status}`)
    },
  ),
  {
    ...applies('a template too large for a request', ['s3:PutObject', 's3:GetObject /templates/']),
    prepare: async (world) => {
      await takeAway(world)
      const { bundle } = await world.bundles.read(PROBE, world.probe)
      const { digest } = await world.bundles.write({ ...bundle, resources: { Resources: { Large: large } } })
      await world.plan({ bundle: digest })
    },
    tidy: async (world) => {
      await world.plan()
      await takeAway(world)
    },
  },
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
    covers: needs(
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
      'cloudformation:DeleteStack',
      'elasticloadbalancing:ModifyLoadBalancerAttributes',
      'iam:PassRole',
    ),
    prepare: async (world) => stand(world, { Public: await protectedBalancer(world) }),
    run: async (world) => void (await world.invoke('delete-stack', { app: PROBE })),
    tidy: takeAway,
  },
]
