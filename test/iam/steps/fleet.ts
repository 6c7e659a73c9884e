import { consulDoor } from '../../../adapters/consul/lambda-calls.ts'
import type { Registration } from '../../../core/base/catalog.ts'
import { ServiceFailure } from '../../../core/base/errors.ts'
import { serviceStack } from '../../../core/base/names.ts'
import type { DoorRequest, DoorResponse } from '../../../core/registration/door.ts'
import { consulServers } from '../../live/names.ts'
import { endMembers, memberOfGroup, removeGroup, startGroup, startOldGroup } from '../group.ts'
import { instanceOf } from '../instance.ts'
import { needs, type Step } from '../step.ts'
import { type IamWorld, PROBE } from '../world.ts'

interface Outcome {
  report: { problems: string[]; failed: { problem: string }[] } | null
  problems?: string[]
  failed?: string[]
}

/** Delivers a message to `register` as the queue does. */
async function deliver(world: IamWorld, type: string, detail: Record<string, unknown>): Promise<void> {
  const body = JSON.stringify({ 'detail-type': type, detail })
  const outcome = (await world.invoke('register', { Records: [{ messageId: PROBE, body }] })) as Outcome
  wholly(outcome, outcome.report, outcome.failed)
}

/** Runs a round; if it could not read or write something, its report says so. */
function wholly(outcome: unknown, report: Outcome['report'], failed: string[] = []): void {
  if (!report || report.problems.length + report.failed.length + failed.length > 0)
    throw new ServiceFailure(JSON.stringify(outcome))
}

async function state(world: IamWorld, app: string, service: string, state: string): Promise<void> {
  const { instanceId } = await instanceOf(world, app, service)
  await deliver(world, 'EC2 Instance State-change Notification', { 'instance-id': instanceId, state })
}

/** More entries of instances unknown to EC2 than one round may remove on its own. */
const STRANGERS = Array.from({ length: 6 }, (_, index): Registration => {
  const id = `i-00000000000000a${index}`
  const Meta = { 'external-source': 'nanofleet', 'instance-id': id, app: PROBE, stage: 'local' }
  return { ID: id, Name: PROBE, Address: '127.0.0.1', Meta }
})

async function strangers(world: IamWorld, there: boolean): Promise<void> {
  const [server] = await consulServers(world.context)
  if (!server) throw new ServiceFailure('no Consul server runs')
  const door = consulDoor(world.context.lambda(), world.context.stage)
  for (const stranger of STRANGERS)
    await (there
      ? door.register(server, { registration: stranger })
      : door.deregister(server, { id: stranger.ID }))
}

const probeTarget = { app: PROBE, service: 'probe', replacement: 'surge', kind: 'service', catalog: [PROBE] }
const anHourAgo = new Date(Date.now() - 3_600_000).toISOString()

async function check(world: IamWorld, target: unknown, memory: unknown = {}, run = {}): Promise<string> {
  const answer = await world.invoke('advance-service', { target, memory, ...run })
  const { step } = answer as { step: { action: string } }
  return step.action === 'done' ? 'done' : JSON.stringify(step)
}

async function expectStep(said: Promise<string>, wanted: RegExp): Promise<void> {
  const step = await said
  if (!wanted.test(step)) throw new ServiceFailure(`advance-service says ${step}`)
}

const webTarget = { ...probeTarget, app: 'web', service: 'web', count: 2, catalog: ['web'] }

/** Steps of the functions that look at and change running instances. */
export const fleetSteps: Step[] = [
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: web, which is healthy',
    covers: needs(
      'autoscaling:DescribeAutoScalingGroups',
      'ec2:DescribeInstances',
      'elasticloadbalancing:DescribeTargetHealth',
    ),
    run: (world) => expectStep(check(world, webTarget), /^done$/),
  },
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: web, as Consul sees it',
    covers: needs('lambda:InvokeFunction'),
    run: (world) => expectStep(check(world, webTarget), /^done$/),
  },
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: a group with an older instance',
    covers: needs('ec2:DescribeLaunchTemplateVersions', 'autoscaling:SetDesiredCapacity'),
    prepare: startOldGroup,
    run: (world) =>
      expectStep(check(world, { ...probeTarget, count: 1 }), /is starting|does not pass|new instances/),
    tidy: removeGroup,
  },
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: a group whose older instance stops before its successor starts',
    covers: needs('autoscaling:TerminateInstanceInAutoScalingGroup'),
    prepare: startOldGroup,
    run: async (world) => {
      const old = await memberOfGroup(world)
      await check(world, { ...probeTarget, count: 1, replacement: 'in-place' })
      await memberOfGroup(world, old)
    },
    tidy: removeGroup,
  },
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: a group with an older instance, for a run that is over',
    covers: needs('states:DescribeExecution'),
    prepare: startOldGroup,
    run: (world) => {
      const { region, account } = world.context
      const execution = `arn:aws:states:${region}:${account}:execution:nanofleet-local-service:${PROBE}`
      return expectStep(check(world, { ...probeTarget, count: 1 }, {}, { execution }), /the run was stopped/)
    },
    tidy: removeGroup,
  },
  {
    role: 'AdvanceServiceRole',
    does: 'advance-service: a group whose instances end by themselves',
    covers: needs('autoscaling:DescribeScalingActivities', 'ec2:GetConsoleOutput'),
    prepare: async (world) => {
      await startGroup(world)
      await endMembers(world, 3)
    },
    run: (world) => {
      const memory = { since: anHourAgo, best: 0, bestAt: anHourAgo, checks: 9 }
      return expectStep(check(world, { ...probeTarget, count: 1 }, memory), /ended by themselves/)
    },
    tidy: removeGroup,
  },
  {
    role: 'RegisterRole',
    does: 'register: an instance runs',
    covers: needs('ec2:DescribeInstances', 'ssm:GetParameters', 'lambda:InvokeFunction -consul'),
    run: (world) => state(world, 'web', 'web', 'running'),
  },
  {
    role: 'RegisterRole',
    does: 'register: a Consul server runs',
    covers: needs('lambda:InvokeFunction -reconcile'),
    run: async (world) => {
      const { instanceId } = await instanceOf(world, 'platform', 'consul')
      const detail = { 'instance-id': instanceId, state: 'running' }
      const body = JSON.stringify({ 'detail-type': 'EC2 Instance State-change Notification', detail })
      await world.invoke('register', { Records: [{ messageId: PROBE, body }] })
    },
  },
  {
    role: 'RegisterRole',
    does: 'register: EC2 does not show what an event said',
    covers: needs('sqs:SendMessage'),
    run: (world) => state(world, 'web', 'web', 'stopped'),
  },
  {
    role: 'RegisterRole',
    does: 'register: a drain is over',
    covers: needs('autoscaling:CompleteLifecycleAction'),
    run: async (world) => {
      const { instanceId } = await instanceOf(world, 'web', 'web')
      const detail = {
        AutoScalingGroupName: serviceStack(world.context.stage, 'web', 'web'),
        LifecycleHookName: 'drain',
        LifecycleActionToken: '00000000-0000-0000-0000-000000000000',
        EC2InstanceId: instanceId,
      }
      const body = JSON.stringify({ 'detail-type': 'Nanofleet Drain Over', detail })
      await world.invoke('register', { Records: [{ messageId: PROBE, body }] })
    },
  },
  {
    role: 'ReconcileRole',
    does: 'reconcile: a round',
    covers: needs('ec2:DescribeInstances', 'ssm:GetParameters', 'lambda:InvokeFunction'),
    run: async (world) => {
      const report = (await world.invoke('reconcile', {})) as Outcome['report']
      wholly(report, report)
    },
  },
  {
    role: 'ReconcileRole',
    does: 'reconcile: more removals than one round may do',
    covers: needs('dynamodb:GetItem', 'dynamodb:PutItem'),
    prepare: (world) => strangers(world, true),
    run: async (world) => {
      const report = (await world.invoke('reconcile', {})) as { held: number; problems: string[] }
      const unkept = report.problems.some((problem) => problem.startsWith('held removals'))
      if (report.held === 0 || unkept) throw new ServiceFailure(JSON.stringify(report))
    },
    tidy: (world) => strangers(world, false),
  },
  {
    role: 'ConsulRole',
    does: 'consul: a call after the secrets have changed',
    covers: needs('ssm:GetParameters'),
    run: askThroughDoor,
  },
]

/** Asks a server through the function, which reads its token again for it. */
async function askThroughDoor(world: IamWorld): Promise<void> {
  const [server] = await consulServers(world.context)
  if (!server) throw new ServiceFailure('no Consul server runs')
  const request: DoorRequest = { calls: [{ verb: 'cluster', server }], renew: true }
  const { answers } = (await world.invoke('consul', request)) as DoorResponse
  const [answer] = answers
  if (!answer || 'error' in answer) throw new ServiceFailure(answer?.error ?? 'no answer')
}
