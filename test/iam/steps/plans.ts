import { ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { controlName } from '../../../core/base/names.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

const lockWeb = async (world: IamWorld, app = 'web'): Promise<void> => {
  await world.invoke('lock', { app, owner: world.ended })
}
const unlockWeb = async (world: IamWorld, app = 'web'): Promise<void> => {
  await world.invoke('unlock', { app, owner: world.ended })
}

/** Steps of the functions that read, check and plan; they change nothing in the stage. */
export const planSteps: Step[] = [
  {
    role: 'CheckInputRole',
    does: 'check-input: a deployment of web',
    covers: needs('s3:GetObject'),
    run: async (world) =>
      void (await world.invoke('check-input', { workflow: 'deploy', input: { app: 'web' } })),
  },
  {
    role: 'LockRole',
    does: 'lock: take over from an execution that is over',
    covers: needs('dynamodb:GetItem', 'dynamodb:UpdateItem', 'states:DescribeExecution'),
    prepare: lockWeb,
    run: async (world) => {
      const owner = `${world.ended}-later`
      await world.invoke('lock', { app: 'web', owner })
      await world.invoke('unlock', { app: 'web', owner })
    },
    tidy: unlockWeb,
  },
  {
    role: 'UnlockRole',
    does: 'unlock: free a lock',
    covers: needs('dynamodb:UpdateItem'),
    prepare: lockWeb,
    run: unlockWeb,
    tidy: unlockWeb,
  },
  {
    role: 'RequiredAppsRole',
    does: 'required-apps: of web, while the platform has a lock',
    covers: needs('s3:GetObject', 'dynamodb:GetItem', 'states:DescribeExecution'),
    prepare: (world) => lockWeb(world, 'platform'),
    run: async (world) => void (await world.invoke('required-apps', { app: 'web', execution: PROBE })),
    tidy: (world) => unlockWeb(world, 'platform'),
  },
  {
    role: 'PlanDeployRole',
    does: 'plan-deploy: a dry run of web',
    covers: needs(
      's3:GetObject /apps/',
      's3:PutObject /runs/',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'dynamodb:Scan',
      'ssm:GetParameters',
      'cloudformation:DescribeStacks',
      'cloudformation:GetTemplate',
      'ec2:DescribeImages',
    ),
    run: async (world) =>
      void (await world.invoke('plan-deploy', {
        app: 'web',
        release: 0,
        execution: PROBE,
        purpose: 'dry-run',
        replaceData: [],
        restore: {},
      })),
  },
  {
    role: 'PlanScaleRole',
    does: 'plan-scale: web',
    covers: needs('s3:GetObject', 'dynamodb:GetItem', 'dynamodb:Query'),
    run: async (world) => void (await world.invoke('plan-scale', scaleOf('web'))),
  },
  {
    role: 'PlanRestartRole',
    does: 'plan-restart: web',
    covers: needs(
      's3:GetObject',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'autoscaling:DescribeAutoScalingGroups',
    ),
    run: async (world) =>
      void (await world.invoke('plan-restart', { wanted: { app: 'web' }, execution: PROBE })),
  },
  {
    role: 'PlanTeardownRole',
    does: 'plan-teardown: web',
    covers: needs(
      's3:GetObject',
      'dynamodb:GetItem',
      'dynamodb:Query',
      'cloudformation:DescribeStacks',
      'cloudformation:ListStackResources',
    ),
    run: async (world) =>
      void (await world.invoke('plan-teardown', {
        wanted: { app: 'web', confirm: 'web' },
        execution: PROBE,
      })),
  },
  {
    role: 'PlanBuildRole',
    does: 'plan-build: web',
    covers: needs('s3:GetObject', 'ssm:GetParameters', 'ec2:DescribeImages'),
    run: async (world) => void (await world.invoke('plan-build', { app: 'web' })),
  },
  {
    role: 'RecordImageRole',
    does: 'record-image: the image that web has',
    covers: needs('ssm:PutParameter', 'ec2:DescribeImages', 'ec2:DescribeSnapshots', 'ec2:CreateTags'),
    run: async (world) => {
      const { hash, imageId } = world.release.services.web ?? {}
      const step = {
        app: 'web',
        service: 'web',
        hash,
        build: true,
        imageId,
        reason: 'again',
        sourceKey: 'sources/none.tgz',
        upstream: '',
        resolvers: '',
        parent: '',
        before: [],
      }
      await world.invoke('record-image', step)
    },
  },
  {
    role: 'ExplainBuildRole',
    does: 'explain-build: the last build',
    covers: needs('codebuild:BatchGetBuilds', 'logs:GetLogEvents'),
    run: async (world) => {
      const projectName = controlName(world.context.stage, 'image')
      const { ids } = await world.codeBuild.send(new ListBuildsForProjectCommand({ projectName }))
      if (!ids?.[0]) throw new ServiceFailure(`${projectName} has built nothing`)
      await world.invoke('explain-build', { cause: `{"Id": "${ids[0]}"}` })
    },
  },
]

const scaleOf = (app: string): unknown => ({ wanted: { app, service: 'web', count: 2 }, execution: PROBE })
