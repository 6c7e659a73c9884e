import { gatherHealth } from '../../core/deploy/check-service.ts'
import type { ServiceTarget } from '../../core/deploy/deploy-plan.ts'
import type { GroupView } from '../../core/deploy/fleet.ts'
import { ailments } from '../../core/deploy/health.ts'
import type { Release } from '../../core/deploy/releases.ts'
import type { StageSources } from './stage-sources.ts'

/** One service of an app as it is now. */
export interface ServiceStatus {
  app: string
  service: string
  /** 0 for an app whose deployment did not finish. */
  release: number
  desired: number
  running: number
  /** Passing in Consul and, if exposed, in the target group. */
  healthy: number
  imageId: string
  url?: string
  /** What is wrong, by instance id. */
  problems: Record<string, string>
}

const STANDBY =
  'is in Standby: it serves nothing and does not count; put it back with "aws autoscaling exit-standby" or end it'

/** A service and its group; `view` is undefined while it has none. */
export interface ServiceGroup {
  target: ServiceTarget
  release: Release | undefined
  url: string | undefined
  view: GroupView | undefined
}

/** Looks at a service as the workflows do: its group, Consul and its target groups. */
export async function serviceStatus(
  sources: StageSources,
  { target, release, url, view }: ServiceGroup,
): Promise<ServiceStatus> {
  const { app, service } = target
  const problems = view
    ? ailments(view, await gatherHealth(sources, view, target, new Date()))
    : new Map<string, string>()
  const members = view?.members ?? []
  return {
    app,
    service,
    release: release?.release ?? 0,
    desired: view?.desired ?? 0,
    running: members.filter(({ stage }) => stage === 'serving').length,
    healthy: members.filter(({ id }) => !problems.has(id)).length,
    imageId: release?.services[service]?.imageId ?? '',
    problems: Object.fromEntries([...problems, ...(view?.standby ?? []).map((id) => [id, STANDBY])]),
    ...(url === undefined ? {} : { url }),
  }
}
