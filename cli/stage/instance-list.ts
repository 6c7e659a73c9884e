import { type GroupActivity, groupActivities } from '../../adapters/aws/group-activities.ts'
import { type InstanceFacts, instanceFacts } from '../../adapters/aws/instance-facts.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { whySilent } from '../../core/base/any-server.ts'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { controlStack, serviceStack } from '../../core/base/names.ts'
import { entriesUnder } from '../../core/deploy/check-outputs.ts'
import { clusterViews, serverHealths } from '../../core/deploy/cluster-members.ts'
import { healthOf, type InstanceHealth, worstOf } from '../../core/deploy/instance-health.ts'
import type { Context } from '../context.ts'
import type { ServiceGroup } from './service-status.ts'
import type { StageSources } from './stage-sources.ts'
import { stageGroups } from './stage-status.ts'

/** One instance of a stage. */
export interface InstanceRow extends InstanceFacts {
  /** What its group does with it; `standby` if a person took it out, `gone` if it has ended. */
  stage: 'starting' | 'serving' | 'leaving' | 'standby' | 'gone'
  consul: InstanceHealth
  /** ELB's words; absent for a service without a load balancer. */
  balancer?: { state: string; why?: string }
}

/** How often a service's group replaced an instance within the last day, and the last few times. */
export interface Replacements {
  app: string
  service: string
  count: number
  last: GroupActivity[]
  /** Why nobody knows; `count` is 0 then. */
  problem?: string
}

export interface InstanceList {
  instances: InstanceRow[]
  replacements: Replacements[]
}

const DAY_MS = 24 * 3_600_000
const SHOWN = 3

/**
 * The instances of a stage, of one app or of one service, as EC2, their groups, Consul and the load balancers
 * show them. What one of these does not say is "unknown" and does not hide the rest.
 * @throws {NotFound} for an app that is not deployed or a service that it does not have
 * @throws {ServiceFailure} when EC2 or Auto Scaling does not list the instances
 */
export async function instanceList(
  context: Context,
  app: string | undefined,
  service: string | undefined,
  now: Date,
): Promise<InstanceList> {
  const [{ groups, sources }, facts] = await Promise.all([
    stageGroups(context, () => ({ names: app === undefined ? [] : [app], service })),
    stageInstances(context),
  ])
  const rows = await Promise.all(groups.map((group) => rowsOf(sources, group, facts)))
  return {
    instances: rows.flat(),
    replacements: await Promise.all(groups.map(({ target }) => replacements(context, target, now))),
  }
}

/**
 * The tagged instances in the stage's network, no matter who started them, by their ids.
 * @throws {ServiceFailure} when EC2 does not list them
 */
export async function stageInstances(context: Context): Promise<Map<string, InstanceFacts>> {
  const { VpcId = '' } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return await instanceFacts(context.ec2(), VpcId)
}

/** The instances of one service. */
export async function rowsOf(
  sources: StageSources,
  { target, view }: ServiceGroup,
  facts: ReadonlyMap<string, InstanceFacts>,
): Promise<InstanceRow[]> {
  if (!view) return []
  const [consul, balancer] = await Promise.all([
    askConsul(sources, target),
    Promise.all(view.targetGroups.map((arn) => askBalancer(sources, arn))),
  ])
  const stages = [
    ...view.members.map(({ id, stage }) => ({ id, stage })),
    ...(view.standby ?? []).map((id) => ({ id, stage: 'standby' as const })),
  ]
  return stages.map(({ id, stage }) => {
    const fact = facts.get(id)
    const judged = balancer.map((judge) => judge(id))
    const worst = judged.find(({ state }) => state !== 'healthy') ?? judged[0]
    return {
      ...(fact ?? UNSEEN),
      id,
      app: target.app,
      service: target.service,
      stage: stageOf(stage, fact),
      consul: consul({ instanceId: id, address: fact?.address ?? '' }),
      ...(worst ? { balancer: worst } : {}),
    }
  })
}

/** Auto Scaling lists an instance that it launches up to a second before EC2 shows it. */
function stageOf(stage: InstanceRow['stage'], fact: InstanceFacts | undefined): InstanceRow['stage'] {
  if (fact) return fact.state === 'terminated' ? 'gone' : stage
  return stage === 'starting' ? stage : 'gone'
}

const UNSEEN = { state: 'unknown', address: '', zone: '', type: '', imageId: '', launchedAt: '', release: '' }

type Judge<T> = (instance: { instanceId: string; address: string }) => T

/** What Consul says of each instance of a service. */
async function askConsul(
  { servers, catalog }: StageSources,
  { kind, catalog: names }: ServiceGroup['target'],
): Promise<Judge<InstanceHealth>> {
  const isServer = kind === 'consulserver'
  if (names.length === 0 && !isServer) return () => ({ state: 'none' })
  const unknown = (why: string) => (): InstanceHealth => ({ state: 'unknown', why })
  try {
    const running = await servers()
    const [seen, judged] = await Promise.all([
      entriesUnder(catalog, running, names, new Date()),
      isServer ? judgeServers(catalog, running) : undefined,
    ])
    const { entries } = seen
    if (entries === undefined) return unknown(seen.unknown)
    return ({ instanceId }) =>
      worstOf([healthOf(instanceId, entries), ...(judged ? [judged(instanceId)] : [])])
  } catch (error) {
    return unknown((error as Error).message)
  }
}

/** As `status` and a deployment judge them: each server is asked how it sees the others. */
async function judgeServers(
  catalog: StageSources['catalog'],
  running: ConsulServer[],
): Promise<(id: string) => InstanceHealth> {
  const problems: string[] = []
  const views = await clusterViews(catalog, running, (problem) => problems.push(problem))
  if (views.every((view) => view === undefined)) return () => ({ state: 'unknown', why: whySilent(problems) })
  const health = serverHealths(running, views)
  return (id) => health.get(id) ?? { state: 'missing', why: 'is not among the running Consul servers' }
}

async function askBalancer(
  { targets }: StageSources,
  arn: string,
): Promise<(id: string) => { state: string; why?: string }> {
  try {
    const states = await targets(arn)
    return (id) => {
      const { state = 'not registered', description = '' } = states.get(id) ?? {}
      return { state, ...(description ? { why: description } : {}) }
    }
  } catch (error) {
    return () => ({ state: 'unknown', why: (error as Error).message })
  }
}

async function replacements(
  context: Context,
  { app, service }: ServiceGroup['target'],
  now: Date,
): Promise<Replacements> {
  const since = new Date(now.getTime() - DAY_MS)
  try {
    const group = serviceStack(context.stage, app, service)
    const { activities } = await groupActivities(context.autoScaling(), group, since)
    const replaced = activities.filter(({ kind }) => kind === 'replaced')
    return { app, service, count: replaced.length, last: replaced.slice(-SHOWN) }
  } catch (error) {
    return { app, service, count: 0, last: [], problem: (error as Error).message }
  }
}
