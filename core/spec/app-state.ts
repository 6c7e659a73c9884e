import { type AppBundle, isOfSpec } from '../base/bundle.ts'
import { NotFound } from '../base/errors.ts'
import { serviceStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { gatherHealth, type HealthSources } from '../deploy/check-service.ts'
import { serviceTarget } from '../deploy/deploy-plan.ts'
import type { Fleet } from '../deploy/fleet.ts'
import { ailments } from '../deploy/health.ts'
import type { Release, ReleaseBook } from '../deploy/releases.ts'
import type { App } from '../template/parsed-app.ts'
import { holderOf, type Run, type SubmitPorts } from './submit.ts'

export interface StatePorts extends Pick<SubmitPorts, 'locks' | 'runs' | 'now'> {
  stage: Pick<Stage, 'name'>
  releases: Pick<ReleaseBook, 'current'>
  bundles: { read(app: string, digest?: string): Promise<App> }
  fleet: Pick<Fleet, 'group'>
  health: HealthSources
}

/**
 * `starting`: a run is about to begin. `changing`: another workflow works on it. `running`: all that is
 * wanted is healthy; `degraded`: it is not; `unknown`: nobody can say. `failed`: its first deployment did.
 */
export type State =
  | 'starting'
  | 'deploying'
  | 'removing'
  | 'changing'
  | 'running'
  | 'degraded'
  | 'unknown'
  | 'failed'

/** One service of an app as it is now. */
export interface ServiceState {
  image: string
  desired: number
  /** Null while nobody can say. */
  healthy: number | null
  instances: { id: string; stage: string; problem?: string }[]
}

/** An app as it is now. */
export interface AppState {
  app: string
  state: State
  /** How it came; absent for one that has no release yet. */
  from?: 'spec' | 'checkout'
  release?: number
  services?: Record<string, ServiceState>
  /** The run that works on it, or else the last that did. */
  run?: Run
}

/** @throws {NotFound} for an app that is not deployed, and is not about to be */
export async function appState(ports: StatePorts, app: string): Promise<AppState> {
  const [current, holder] = await Promise.all([
    ports.releases.current(app),
    ports.locks.read(app).then((seen) => holderOf(ports, seen)),
  ])
  if (!current && !holder) return await failedFirst(ports, app)
  const seen = current && (await released(ports, app, current))
  if (holder) return { app, state: worked(holder), ...seen, ...(holder.run && { run: holder.run }) }
  const run = await lastRun(ports, app, current)
  return { app, state: healthOf(seen?.services ?? {}), ...seen, ...(run && { run }) }
}

/** Without a release, an app is known only by the run that failed to make one. */
async function failedFirst({ runs }: StatePorts, app: string): Promise<AppState> {
  const [tried, removed] = await Promise.all([runs.latest('deploy', app), runs.latest('teardown', app)])
  const failed = tried && tried.status !== 'SUCCEEDED' && !(removed && removed.startedAt > tried.startedAt)
  if (failed) return { app, state: 'failed', run: tried }
  throw new NotFound(`${app}: no such app is deployed`)
}

async function lastRun(
  { runs }: StatePorts,
  app: string,
  current: Release | undefined,
): Promise<Run | undefined> {
  const last = await runs.latest('deploy', app)
  return last ?? (current && (await runs.find(current.execution)))
}

function worked({ arn, run }: { arn: string; run?: Run }): State {
  if (!run) return 'starting'
  if (arn.includes('-deploy:')) return 'deploying'
  return arn.includes('-teardown:') ? 'removing' : 'changing'
}

async function released(
  ports: StatePorts,
  app: string,
  current: Release,
): Promise<Pick<AppState, 'from' | 'release' | 'services'>> {
  const parsed = await ports.bundles.read(app, current.bundle)
  const services = Object.entries(current.services).map(
    async ([service, { imageId, count }]) =>
      [service, { image: imageId, ...(await serviceState(ports, parsed, service, count)) }] as const,
  )
  return {
    from: origin(parsed.bundle),
    release: current.release,
    services: Object.fromEntries(await Promise.all(services)),
  }
}

const origin = (bundle: AppBundle): 'spec' | 'checkout' => (isOfSpec(bundle) ? 'spec' : 'checkout')

async function serviceState(
  { stage, fleet, health, now }: StatePorts,
  app: App,
  service: string,
  count: number,
): Promise<Omit<ServiceState, 'image'>> {
  const view = await fleet.group(serviceStack(stage.name, app.bundle.manifest.app, service))
  if (!view) return { desired: count, healthy: 0, instances: [] }
  const evidence = await gatherHealth(health, view, serviceTarget(app, service, view.desired), now())
  const ill = ailments(view, evidence)
  const instances = view.members.map(({ id, stage: at }) => {
    const problem = ill.get(id)
    return { id, stage: at, ...(problem !== undefined && { problem }) }
  })
  const healthy = view.members.filter(({ id }) => !ill.has(id)).length
  return { desired: view.desired, healthy: evidence.unknown === undefined ? healthy : null, instances }
}

function healthOf(services: Record<string, ServiceState>): State {
  const all = Object.values(services)
  if (all.some(({ healthy, desired }) => healthy !== null && healthy < desired)) return 'degraded'
  return all.some(({ healthy }) => healthy === null) ? 'unknown' : 'running'
}
