import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { NotFound } from '../../core/base/errors.ts'
import { appStack, controlStack, PLATFORM, serviceStack } from '../../core/base/names.ts'
import { serviceTarget } from '../../core/deploy/deploy-plan.ts'
import type { Context } from '../context.ts'
import { type AppState, appStates } from './app-states.ts'
import { type ConsulState, consulState } from './consul-state.ts'
import { type ServiceGroup, type ServiceStatus, serviceStatus } from './service-status.ts'
import { type Place, serviceUrl } from './service-url.ts'
import { type StageSources, stageSources } from './stage-sources.ts'

/** Apps of a stage with their services, and the Consul servers. */
export interface StageStatus {
  stage: string
  apps: AppState[]
  services: ServiceStatus[]
  consul: ConsulState
}

/**
 * The services of an app that is deployed.
 * @throws {NotFound} when the app is not deployed on this stage
 */
export async function appStatus(context: Context, app: string): Promise<ServiceStatus[]> {
  const control = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const sources = stageSources(context, control.VpcId ?? '')
  return statusOf(sources, await groupsOf(context, sources, app, control, true))
}

/** All at once, so that the questions to Consul travel in one message. */
const statusOf = (sources: StageSources, groups: ServiceGroup[]): Promise<ServiceStatus[]> =>
  Promise.all(groups.map((group) => serviceStatus(sources, group)))

/**
 * @param deployed whether only a recorded release will do; an unfinished app is described by what was pushed
 */
async function groupsOf(
  context: Context,
  sources: StageSources,
  app: string,
  control: Record<string, string>,
  deployed: boolean,
): Promise<ServiceGroup[]> {
  const [release, place] = await Promise.all([context.releases().current(app), placeOf(context, control)])
  if (!release && deployed) throw notDeployed(context, app)
  const pushed = await context.bundles().read(app, release?.bundle)
  return Promise.all(
    Object.entries(pushed.bundle.manifest.services).map(async ([service, { count, expose }]) => ({
      target: serviceTarget(pushed, service, count.desired),
      release,
      url: expose && place ? serviceUrl(expose, place) : undefined,
      view: await sources.fleet.group(serviceStack(context.stage, app, service)),
    })),
  )
}

/** Undefined without the platform, which has the load balancer. */
async function placeOf(context: Context, control: Record<string, string>): Promise<Place | undefined> {
  if (context.local) return { gateway: context.local.gateway }
  if (control.Domain) return { domain: control.Domain, secure: Boolean(control.CertificateArn) }
  try {
    const platform = await stackOutputs(context.cloudFormation(), appStack(context.stage, PLATFORM))
    return platform.LoadBalancerDns ? { loadBalancer: platform.LoadBalancerDns } : undefined
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/** Apps of a stage, and the services of those that have stacks. */
interface StageGroups {
  apps: AppState[]
  groups: ServiceGroup[]
  sources: StageSources
}

/**
 * The services of these apps, by default of all, with their groups.
 * @throws {NotFound} for a named app that does not exist
 */
export async function stageGroups(context: Context, wanted: string[]): Promise<StageGroups> {
  const [outputs, states] = await Promise.allSettled([
    stackOutputs(context.cloudFormation(), controlStack(context.stage)),
    appStates(context),
  ])
  // Without a control plane, say just that and not which part is missing.
  const control = fulfilled(outputs)
  const all = fulfilled(states)
  for (const name of wanted) if (!all.some(({ app }) => app === name)) throw notDeployed(context, name)
  const apps = all.filter(({ app }) => wanted.length === 0 || wanted.includes(app))
  const sources = stageSources(context, control.VpcId ?? '')
  const standing = apps.filter(({ state }) => state !== 'absent')
  const [groups] = await Promise.all([
    Promise.all(
      standing.map(({ app, state }) => groupsOf(context, sources, app, control, state === 'deployed')),
    ),
    sources.servers(),
  ])
  return { apps, groups: groups.flat(), sources }
}

/**
 * The status of these apps, by default of all.
 * @throws {NotFound} for a named app that does not exist
 */
export async function stageStatus(context: Context, wanted: string[]): Promise<StageStatus> {
  const { apps, groups, sources } = await stageGroups(context, wanted)
  const [services, consul] = await Promise.all([statusOf(sources, groups), consulState(sources)])
  return { stage: context.stage, apps, services, consul }
}

function fulfilled<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

const notDeployed = ({ stage }: Context, app: string): NotFound =>
  new NotFound(
    `${app} is not deployed on stage ${stage}; deploy it with "nanofleet --stage ${stage} deploy ${app}"`,
  )
