import { randomUUID } from 'node:crypto'
import { GetFunctionConfigurationCommand, UpdateFunctionConfigurationCommand } from '@aws-sdk/client-lambda'
import { StopExecutionCommand } from '@aws-sdk/client-sfn'
import { AppSettings } from '../../../adapters/aws/app-settings.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { controlName } from '../../../core/base/names.ts'
import type { Release } from '../../../core/deploy/releases.ts'
import { removeGroup, startOldGroup } from '../group.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

/** An app that no run brings up: nobody ever pushed what it requires. */
const SPEC = 'iam-spec'
const BODY = JSON.stringify({
  app: SPEC,
  requires: ['platform', 'iam-nobody'],
  services: { probe: { image: 'web/web@1', secrets: ['KEY'] }, twin: { image: 'web/web' } },
  resources: { Resources: { Jobs: { Type: 'AWS::SQS::Queue' } } },
})

interface Answer {
  statusCode: number
  body: string
  problem?: string
}

/**
 * One request, as the function's URL hands it on.
 * @throws ServiceFailure for an answer that is not expected
 */
async function ask(
  world: IamWorld,
  [method, rawPath, status]: [method: string, path: string, status: number],
  { body, rawQueryString = '' }: { body?: string; rawQueryString?: string } = {},
): Promise<Record<string, unknown>> {
  const answer = (await world.invoke('apps-api', {
    rawPath,
    rawQueryString,
    headers: { 'idempotency-key': randomUUID() },
    requestContext: { http: { method }, authorizer: { iam: { userArn: 'arn:aws:iam::000000000000:root' } } },
    ...(body !== undefined && { body }),
  })) as Answer
  if (answer.statusCode === status) return JSON.parse(answer.body)
  throw new ServiceFailure(`${method} ${rawPath}: ${answer.statusCode}: ${answer.problem ?? answer.body}`)
}

/** A function that has read a type's schema does not read it again: this makes the next one a new one. */
async function forget({ context }: IamWorld): Promise<void> {
  const FunctionName = controlName(context.stage, 'apps-api')
  const lambda = context.lambda()
  const { Environment } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  const Variables = { ...Environment?.Variables, IAM_PROBE: randomUUID() }
  await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }))
}

/** Records a release of the probe, which nobody deployed. */
async function release(world: IamWorld, services: Release['services']): Promise<void> {
  await world.invoke('lock', { app: PROBE, owner: world.ended })
  const recorded = { ...world.release, bundle: world.probe, services }
  await world.context.releases().record(PROBE, recorded, world.ended)
  await world.invoke('unlock', { app: PROBE, owner: world.ended })
}

/** The secrets of the app that is posted. */
const secrets = ({ context }: IamWorld): AppSettings =>
  new AppSettings(context.ssm(), 'secrets', context.stage, SPEC)

/** Ends what a request began, and frees its lock. */
async function stop(world: IamWorld, app: string): Promise<void> {
  const owner = await world.lockOwner(app)
  if (owner === undefined) return
  await world.stepFunctions.send(new StopExecutionCommand({ executionArn: owner })).catch(() => undefined)
  await world.invoke('unlock', { app, owner })
}

/** Steps of the function behind the URL. */
export const appSteps: Step[] = [
  {
    role: 'AppsApiRole',
    does: 'apps-api: deploy a spec that gets no further than its requirements',
    covers: needs(
      's3:GetObject',
      's3:PutObject',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'dynamodb:UpdateItem',
      'ssm:DescribeParameters',
      'ssm:GetParameters',
      'ssm:GetParametersByPath',
      'cloudformation:DescribeType',
      'ec2:DescribeImages',
      'ec2:DescribeInstanceTypeOfferings',
      'states:StartExecution deploy',
      'states:DescribeExecution',
    ),
    prepare: async (world) => {
      await forget(world)
      await secrets(world).set({ name: 'KEY' }, 'a secret')
    },
    run: async (world) => {
      const { warnings } = await ask(world, ['POST', '/v2/apps', 201], { body: BODY })
      if (JSON.stringify(warnings) !== '[]') throw new ServiceFailure(`it warns: ${JSON.stringify(warnings)}`)
    },
    tidy: async (world) => {
      await stop(world, SPEC)
      await secrets(world).remove([{ name: 'KEY' }])
    },
  },
  {
    role: 'AppsApiRole',
    does: 'apps-api: how web is',
    covers: needs(
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeInstances',
      'elasticloadbalancing:DescribeTargetHealth',
      'lambda:InvokeFunction',
      'states:ListExecutions deploy',
    ),
    run: async (world) => {
      const { state } = await ask(world, ['GET', '/v2/apps/web', 200])
      if (state !== 'running') throw new ServiceFailure(`web is ${String(state)}`)
    },
  },
  {
    role: 'AppsApiRole',
    does: 'apps-api: how an app with an older instance is',
    covers: needs('ec2:DescribeLaunchTemplateVersions'),
    prepare: async (world) => {
      const { web } = world.release.services
      await startOldGroup(world)
      await release(world, web ? { probe: { ...web, count: 1 } } : {})
    },
    run: async (world) => void (await ask(world, ['GET', `/v2/apps/${PROBE}`, 200])),
    tidy: async (world) => {
      await removeGroup(world)
      await world.forgetProbe()
    },
  },
  {
    role: 'AppsApiRole',
    does: 'apps-api: an app that is not deployed is not removed',
    covers: needs('cloudformation:DescribeStacks', 'states:ListExecutions teardown'),
    run: async (world) => void (await ask(world, ['DELETE', `/v2/apps/${PROBE}`, 404])),
  },
  {
    role: 'AppsApiRole',
    does: 'apps-api: an app that another one needs is not removed',
    covers: needs('cloudformation:ListStackResources'),
    run: async (world) => void (await ask(world, ['DELETE', '/v2/apps/platform', 400])),
  },
  {
    role: 'AppsApiRole',
    does: 'apps-api: remove an app with a release and nothing else',
    covers: needs('states:StartExecution teardown'),
    prepare: (world) => release(world, {}),
    run: async (world) => void (await ask(world, ['DELETE', `/v2/apps/${PROBE}`, 202])),
    tidy: async (world) => {
      await stop(world, PROBE)
      await world.forgetProbe()
    },
  },
]
