import type { Schedule } from '../../core/base/manifest-types.ts'
import { gatherHealth } from '../../core/deploy/check-service.ts'
import type { ServiceTarget } from '../../core/deploy/deploy-plan.ts'
import type { GroupView } from '../../core/deploy/fleet.ts'
import { ailments, type Evidence } from '../../core/deploy/health.ts'
import type { Release } from '../../core/deploy/releases.ts'
import { nextRun } from '../../core/jobs/next-run.ts'
import type { StageSources } from './stage-sources.ts'

/** One service of an app as it is now. */
export interface ServiceStatus {
  app: string
  service: string
  /** 0 for an app whose deployment did not finish. */
  release: number
  desired: number
  running: number
  /** Passing in Consul and, if exposed, in the target group; null while nobody can say. */
  healthy: number | null
  imageId: string
  url?: string
  /** When its program runs as a job, by itself. */
  schedule?: ScheduleStatus
  /** What is wrong with the service as a whole, a sentence each. */
  wrong: string[]
  /** What is wrong, by instance id. */
  problems: Record<string, string>
}

export interface ScheduleStatus {
  when: string
  timezone: string
  /** ISO time; absent for a rate, and for a schedule that is over. */
  next?: string
}

/** What else is asked about a service that is not as it should be. */
export interface Inquiries {
  /** Why its group launched nothing when it last tried, if so. */
  refusal(group: string): Promise<string | undefined>
  /** Why nobody answers at a URL, if so. */
  page(url: string): Promise<string | undefined>
  /** Where instances listen although other machines may reach them there, by id. */
  open(): Promise<Map<string, string[]>>
}

/** They find nothing wrong. */
export const NO_INQUIRIES: Inquiries = {
  refusal: async () => undefined,
  page: async () => undefined,
  open: async () => new Map(),
}

const STANDBY =
  'is in Standby: it serves nothing and does not count; put it back with "aws autoscaling exit-standby" or end it'

const TAKE_HOST = 'its program has to take its address from HOST'

/** A service and its group; `view` is undefined while it has none. */
export interface ServiceGroup {
  target: ServiceTarget
  /** Name of its group. */
  group: string
  release: Release | undefined
  url: string | undefined
  schedule?: Schedule | undefined
  view: GroupView | undefined
}

/** Looks at a service as the workflows do: its group, Consul and its target groups. */
export async function serviceStatus(
  sources: StageSources,
  group: ServiceGroup,
  inquiries: Inquiries,
): Promise<ServiceStatus> {
  const { target, release, url, view } = group
  const { app, service } = target
  const [evidence, wrong]: [Evidence, string[]] = await Promise.all([
    view ? gatherHealth(sources, view, target, new Date()) : {},
    wrongWith(group, inquiries),
  ])
  const ill = view ? ailments(view, evidence) : new Map<string, string>()
  // Said once, not of each instance.
  const unknown = evidence.unknown
  const known = [...ill].filter(([, why]) => unknown === undefined || !why.endsWith(unknown))
  const members = view?.members ?? []
  return {
    app,
    service,
    release: release?.release ?? 0,
    desired: view?.desired ?? 0,
    running: members.filter(({ stage }) => stage === 'serving').length,
    healthy: unknown === undefined ? members.filter(({ id }) => !ill.has(id)).length : null,
    imageId: release?.services[service]?.imageId ?? '',
    wrong: [...(unknown === undefined ? [] : [`health is unknown: ${unknown}`]), ...wrong],
    problems: Object.fromEntries([...known, ...(view?.standby ?? []).map((id) => [id, STANDBY])]),
    ...(url === undefined ? {} : { url }),
    ...(group.schedule && view ? { schedule: scheduleStatus(group.schedule, new Date()) } : {}),
  }
}

function scheduleStatus({ when, timezone }: Schedule, now: Date): ScheduleStatus {
  const next = nextRun(when, timezone, now)
  return { when, timezone, ...(next ? { next: next.toISOString() } : {}) }
}

/** What can be wrong with a service whatever its instances say. */
async function wrongWith(
  { release, url, view, group }: ServiceGroup,
  { refusal, page, open }: Inquiries,
): Promise<string[]> {
  if (!view) return release ? [`has no group ${group}: somebody removed its stack; deploy it again`] : []
  const isShort = view.members.filter(({ stage }) => stage !== 'leaving').length < view.desired
  const [refused, silent, opened] = await Promise.all([
    view.unlaunchable ?? (isShort ? refusal(group) : undefined),
    url !== undefined && view.desired > 0 ? page(url) : undefined,
    open(),
  ])
  const places = view.members.flatMap(({ id }) => (opened.get(id) ?? []).map((place) => `${id} on ${place}`))
  return [
    ...(refused === undefined ? [] : [`its group cannot launch: ${refused}`]),
    ...(silent === undefined ? [] : [`${url} does not answer: ${silent}`]),
    ...(places.length === 0
      ? []
      : [`listens where other machines reach it, ${places.join(', ')}: ${TAKE_HOST}`]),
  ]
}

/** Whether everything that is wanted of a service is there. */
export const isWhole = ({ desired, healthy, wrong }: ServiceStatus): boolean =>
  wrong.length === 0 && healthy !== null && healthy >= desired
