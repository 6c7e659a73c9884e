import { alarmChanges } from '../../adapters/aws/alarm-history.ts'
import type { Execution } from '../../adapters/aws/executions.ts'
import { type GroupActivity, groupActivities } from '../../adapters/aws/group-activities.ts'
import { functionLogGroup, type LogLine, someLines } from '../../adapters/aws/log-events.ts'
import { serviceStack } from '../../core/base/names.ts'
import { settle } from '../../core/base/parallel.ts'
import { tellAlarm } from '../../core/timeline/alarms.ts'
import { tellActivity } from '../../core/timeline/groups.ts'
import type { Happening } from '../../core/timeline/happening.ts'
import { ROUNDS_PATTERN, tellRounds } from '../../core/timeline/rounds.ts'
import { concerns, type RunFacts, TOLD_WORKFLOWS, tellRun } from '../../core/timeline/runs.ts'
import type { Context } from '../context.ts'
import { stageInstances } from './instance-list.ts'

/** What a timeline is about. */
export interface Scope {
  context: Context
  app: string
  service: string | undefined
  since: Date
  /** Every service that the app has or had. */
  services: string[]
  /** Numbers of releases by the runs that recorded them. */
  releases: ReadonlyMap<string, number>
}

/** What one source tells; `gaps` says what it does not. */
export interface Part {
  happenings: Happening[]
  gaps: string[]
}

/** Bounds: runs of each workflow, runs read in detail, pages of a group and of a log. */
const RUNS = 200
const DETAILED = 100
const PAGES = 5
const LOG_PAGES = 40
/** Calls at a time: each service allows a few per second for long. */
const AT_ONCE = 5
/** A run that began this much earlier may have ended in time. */
const LONGEST_RUN_MS = 6 * 3_600_000

const SHORTER = 'a shorter --since reads it'

/** Runs of workflows: when they began, and how they ended. */
export async function tellRuns({ context, app, service, since, releases }: Scope): Promise<Part> {
  const workflows = context.workflows()
  const from = new Date(since.getTime() - LONGEST_RUN_MS)
  const lists = await Promise.all(TOLD_WORKFLOWS.map((workflow) => workflows.since(workflow, from, RUNS)))
  const ended = lists
    .flatMap(({ runs }) => runs)
    .filter(({ endedAt }) => endedAt === undefined || endedAt >= since)
    .sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime())
  const looks = await settle(AT_ONCE, ended.slice(0, DETAILED), ({ arn }) => workflows.describe(arn))
  const runs = looks.flatMap((look) => (look.status === 'fulfilled' ? [factsOf(look.value)] : []))
  const unread = looks.flatMap((look) =>
    look.status === 'rejected' ? [`a run is left out: ${(look.reason as Error).message}`] : [],
  )
  const isCut = ended.length > DETAILED || lists.some(({ more }) => more)
  return {
    happenings: runs
      .filter((run) => concerns(run, app, service))
      .flatMap((run) => tellRun(run, releases.get(run.arn))),
    gaps: [...unread, ...(isCut ? [`earlier runs are left out; ${SHORTER}`] : [])],
  }
}

const factsOf = (run: Execution): RunFacts & { arn: string } => ({
  arn: run.arn,
  name: run.name,
  workflow: run.workflow,
  input: run.input,
  status: run.status,
  startedAt: run.startedAt.toISOString(),
  ...(run.endedAt ? { endedAt: run.endedAt.toISOString() } : {}),
  ...(run.error ? { error: run.error } : {}),
  ...(run.cause ? { cause: run.cause } : {}),
})

/** What groups did, and what the rounds wrote to Consul and thought of sick instances. */
export async function tellInstances(scope: Scope): Promise<Part> {
  const services = scope.service === undefined ? scope.services : [scope.service]
  const groups = await settle(AT_ONCE, services, (service) => groupPart(scope, service))
  const read = groups.flatMap((look) => (look.status === 'fulfilled' ? [look.value] : []))
  const gaps = groups.flatMap((look) => (look.status === 'rejected' ? [(look.reason as Error).message] : []))
  const rounds = await roundsPart(scope, read)
  return {
    happenings: [
      ...read.flatMap(({ service, activities }) => activities.map((each) => tellActivity(service, each))),
      ...rounds.happenings,
    ],
    gaps: [...gaps, ...read.flatMap(({ gap }) => gap), ...rounds.gaps],
  }
}

interface GroupPart {
  service: string
  activities: GroupActivity[]
  gap: string[]
}

async function groupPart({ context, app, since }: Scope, service: string): Promise<GroupPart> {
  const group = serviceStack(context.stage, app, service)
  const { activities, more } = await groupActivities(context.autoScaling(), group, since, PAGES)
  return { service, activities, gap: more ? [`earlier activities of ${group} are left out; ${SHORTER}`] : [] }
}

async function roundsPart(scope: Scope, groups: GroupPart[]): Promise<Part> {
  const { context, app, service, since } = scope
  const owners = new Map(
    groups.flatMap((group) =>
      group.activities.flatMap(({ instance }) => (instance ? [[instance, group.service] as const] : [])),
    ),
  )
  for (const [id, facts] of await stageInstances(context)) {
    if (facts.app === app && (service === undefined || facts.service === service))
      owners.set(id, facts.service)
  }
  const logs = await settle(AT_ONCE, ['register', 'reconcile'], (name) =>
    someLines(
      context.logs(),
      functionLogGroup(context.stage, name),
      since.getTime(),
      { pattern: ROUNDS_PATTERN },
      LOG_PAGES,
    ),
  )
  const lines: LogLine[] = logs.flatMap((look) => (look.status === 'fulfilled' ? look.value.lines : []))
  return {
    happenings: tellRounds(lines, (instance) => owners.get(instance)),
    gaps: logs.flatMap((look) => {
      if (look.status === 'rejected') return [`a log is left out: ${(look.reason as Error).message}`]
      return look.value.more ? [`the latest of what Consul was told is left out; ${SHORTER}`] : []
    }),
  }
}

/** When alarms of the stage rang, and when that was over. */
export async function tellAlarms({ context, since }: Scope): Promise<Part> {
  const { changes, more } = await alarmChanges(context.cloudWatch(), context.stage, since)
  return {
    happenings: changes.flatMap(tellAlarm),
    gaps: more ? [`earlier alarms are left out; ${SHORTER}`] : [],
  }
}
