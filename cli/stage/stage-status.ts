import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { NotFound } from '../../core/base/errors.ts'
import { appStack, controlStack } from '../../core/base/names.ts'
import { serviceTarget } from '../../core/deploy/deploy-plan.ts'
import type { Context } from '../context.ts'
import { type AppState, appStates } from './app-states.ts'
import { type ConsulState, consulState } from './consul-state.ts'
import { type ServiceStatus, serviceStatus } from './service-status.ts'
import { type Place, serviceUrl } from './service-url.ts'

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
  const outputs = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return servicesOf(context, app, outputs, true)
}

/** @param deployed whether only a recorded release will do; an unfinished app is told from what was pushed of it */
async function servicesOf(
  context: Context,
  app: string,
  control: Record<string, string>,
  deployed: boolean,
): Promise<ServiceStatus[]> {
  const release = await context.releases().current(app)
  if (!release && deployed) throw notDeployed(context, app)
  const { bundle } = await context.bundles().read(app, release?.bundle)
  const place = await placeOf(context, control)
  return Promise.all(
    Object.entries(bundle.manifest.services).map(async ([service, { count, expose }]) => {
      const target = serviceTarget(bundle, service, count.desired)
      const state = await serviceStatus(context, control.VpcId ?? '', target, release)
      return { ...state, ...(expose && place ? { url: serviceUrl(expose, place) } : {}) }
    }),
  )
}

/** Undefined while the platform, which has the load balancer, is not there. */
async function placeOf(context: Context, control: Record<string, string>): Promise<Place | undefined> {
  if (context.local) return { gateway: context.local.gateway }
  if (control.Domain) return { domain: control.Domain, secure: Boolean(control.CertificateArn) }
  try {
    const platform = await stackOutputs(context.cloudFormation(), appStack(context.stage, 'platform'))
    return platform.LoadBalancerDns ? { loadBalancer: platform.LoadBalancerDns } : undefined
  } catch (error) {
    if (error instanceof NotFound) return undefined
    throw error
  }
}

/**
 * What there is of these apps, of all when none is named.
 * @throws {NotFound} for an app that is named and of which there is nothing
 */
export async function stageStatus(context: Context, wanted: string[]): Promise<StageStatus> {
  const control = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const [all, consul] = await Promise.all([appStates(context), consulState(context, control.VpcId ?? '')])
  for (const name of wanted) if (!all.some(({ app }) => app === name)) throw notDeployed(context, name)
  const apps = all.filter(({ app }) => wanted.length === 0 || wanted.includes(app))
  const standing = apps.filter(({ state }) => state !== 'absent')
  const services = standing.map(({ app, state }) => servicesOf(context, app, control, state === 'deployed'))
  return { stage: context.stage, apps, services: (await Promise.all(services)).flat(), consul }
}

const notDeployed = ({ stage }: Context, app: string): NotFound =>
  new NotFound(
    `${app} is not deployed on stage ${stage}; deploy it with "nanofleet --stage ${stage} deploy ${app}"`,
  )
