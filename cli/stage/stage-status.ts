import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { NotFound } from '../../core/base/errors.ts'
import { appStack, controlStack, PLATFORM, serviceStack } from '../../core/base/names.ts'
import { serviceTarget } from '../../core/deploy/deploy-plan.ts'
import type { Context } from '../context.ts'
import { type AppState, appStates } from './app-states.ts'
import { type ConsulState, consulState } from './consul-state.ts'
import { inquiries } from './inquiries.ts'
import {
  type Inquiries,
  isWhole,
  NO_INQUIRIES,
  type ServiceGroup,
  type ServiceStatus,
  serviceStatus,
} from './service-status.ts'
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
 * The services of an app that is deployed; nobody is asked why something is not there.
 * @throws {NotFound} when the app is not deployed on this stage
 */
export async function appStatus(context: Context, app: string): Promise<ServiceStatus[]> {
  const control = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const sources = stageSources(context, control.VpcId ?? '')
  return statusOf(sources, await groupsOf(context, sources, app, control, true), NO_INQUIRIES)
}

/** All at once, so that the questions to Consul travel in one message. */
const statusOf = (
  sources: StageSources,
  groups: ServiceGroup[],
  inquiries: Inquiries,
): Promise<ServiceStatus[]> => Promise.all(groups.map((group) => serviceStatus(sources, group, inquiries)))

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
    Object.entries(pushed.bundle.manifest.services).map(async ([service, { count, expose, schedule }]) => {
      const group = serviceStack(context.stage, app, service)
      return {
        target: serviceTarget(pushed, service, count.desired),
        group,
        release,
        url: expose && place ? serviceUrl(expose, place) : undefined,
        schedule,
        view: await sources.fleet.group(group),
      }
    }),
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

/** Some apps, all if none is named, or one service of the only one. */
interface Wanted {
  names: readonly string[]
  service?: string | undefined
}

/**
 * The services of these apps, or one service, with their groups.
 * @param choose is given the apps of the stage
 * @throws {NotFound} for a named app or service that does not exist
 */
export async function stageGroups(
  context: Context,
  choose: (apps: string[]) => Wanted,
): Promise<StageGroups> {
  const [outputs, states] = await Promise.allSettled([
    stackOutputs(context.cloudFormation(), controlStack(context.stage)),
    appStates(context),
  ])
  // Without a control plane, say just that and not which part is missing.
  const control = fulfilled(outputs)
  const all = fulfilled(states)
  const { names, service } = choose(all.map(({ app }) => app))
  for (const name of names) if (!all.some(({ app }) => app === name)) throw notDeployed(context, name)
  const apps = all.filter(({ app }) => names.length === 0 || names.includes(app))
  const sources = stageSources(context, control.VpcId ?? '')
  const standing = apps.filter(({ state }) => state !== 'absent')
  const [groups] = await Promise.all([
    Promise.all(
      standing.map(({ app, state }) => groupsOf(context, sources, app, control, state === 'deployed')),
    ),
    sources.servers(),
  ])
  return { apps, groups: only(groups.flat(), names, service), sources }
}

/**
 * An app and one of its services, if the second of two names is no other app of the stage; else apps.
 * @param apps those of the stage
 */
export function readWanted(wanted: readonly string[], apps: readonly string[]): Wanted {
  const [app = '', service = ''] = wanted
  const isPair = wanted.length === 2 && apps.includes(app) && (service === app || !apps.includes(service))
  return isPair ? { names: [app], service } : { names: wanted }
}

/** @throws {NotFound} if there is no such service */
function only(groups: ServiceGroup[], [app]: readonly string[], service: string | undefined): ServiceGroup[] {
  if (service === undefined) return groups
  const found = groups.filter(({ target }) => target.service === service)
  if (found.length > 0) return found
  const known = groups.map(({ target }) => target.service).join(', ')
  throw new NotFound(`${app}: the app has no service ${service}; it has ${known || 'none yet'}`)
}

/**
 * The status of these apps, by default of all, or of one service.
 * @param wanted apps; or an app and one of its services
 * @throws {NotFound} for a named app or service that does not exist
 */
export async function stageStatus(context: Context, wanted: string[]): Promise<StageStatus> {
  const { apps, groups, sources } = await stageGroups(context, (all) => readWanted(wanted, all))
  const [services, consul] = await Promise.all([
    statusOf(sources, groups, inquiries(context)),
    consulState(sources, context.stage),
  ])
  return { stage: context.stage, apps, services, consul }
}

/** Whether everything that is wanted of these apps, and of Consul, is there. */
export const isStageWhole = ({ apps, services, consul }: StageStatus): boolean =>
  services.every(isWhole) &&
  !apps.some(({ state, lock }) => state === 'unfinished' && (!lock || lock.over)) &&
  (consul.servers === 0 || (consul.leader !== null && consul.alive >= consul.servers))

function fulfilled<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason
  return settled.value
}

const notDeployed = ({ stage }: Context, app: string): NotFound =>
  new NotFound(
    `${app} is not deployed on stage ${stage}; deploy it with "nanofleet --stage ${stage} deploy ${app}"`,
  )
