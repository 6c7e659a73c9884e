import { AutoScalingFleet } from '../adapters/autoscaling.ts'
import { BundleStore } from '../adapters/bundle-store.ts'
import { Ec2Instances } from '../adapters/ec2-instances.ts'
import { consulDoor } from '../adapters/lambda-calls.ts'
import { targetStates } from '../adapters/load-balancing.ts'
import { stackOutputs } from '../adapters/stack-outputs.ts'
import { gatherHealth } from '../core/check-service.ts'
import { serviceTarget } from '../core/deploy-plan.ts'
import { NotFound } from '../core/errors.ts'
import { runningServers } from '../core/evidence.ts'
import { ailments } from '../core/health.ts'
import { appStack, controlStack, serviceStack } from '../core/names.ts'
import type { Release } from '../core/releases.ts'
import type { Context } from './context.ts'
import { table } from './output.ts'
import { type Place, serviceUrl } from './service-url.ts'

/** One service of a deployed app as it is now. */
export interface ServiceStatus {
  app: string
  service: string
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

/**
 * The services of a deployed app.
 * @throws NotFound when the app is not deployed on this stage
 */
export async function appStatus(context: Context, app: string): Promise<ServiceStatus[]> {
  const release = await context.releases().current(app)
  if (!release)
    throw new NotFound(
      `${app} is not deployed on stage ${context.stage}; deploy it with "nanofleet deploy ${app}"`,
    )
  const control = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  const { bundle } = await new BundleStore(context.s3(), context.bucket).read(app, release.bundle)
  const place = await placeOf(context, control)
  const services = Object.entries(bundle.manifest.services)
  return Promise.all(
    services.map(async ([service, spec]) => {
      const target = serviceTarget(bundle, service, spec.count.desired)
      const state = await serviceStatus(context, control.VpcId ?? '', target, release)
      return { ...state, ...(spec.expose ? { url: serviceUrl(spec.expose, place) } : {}) }
    }),
  )
}

async function serviceStatus(
  context: Context,
  vpcId: string,
  target: ReturnType<typeof serviceTarget>,
  release: Release,
): Promise<ServiceStatus> {
  const { app, service } = target
  const fleet = new AutoScalingFleet(context.autoScaling(), context.ec2())
  const view = await fleet.group(serviceStack(context.stage, app, service))
  const balancing = context.loadBalancing()
  const ports = {
    catalog: consulDoor(context.lambda(), context.stage),
    servers: async () => runningServers((await new Ec2Instances(context.ec2(), vpcId).look([])).servers),
    targets: (arn: string) => targetStates(balancing, arn),
  }
  const problems = view ? ailments(view, await gatherHealth(ports, view, target)) : new Map<string, string>()
  const members = view?.members ?? []
  return {
    app,
    service,
    release: release.release,
    desired: view?.desired ?? 0,
    running: members.filter(({ stage }) => stage === 'serving').length,
    healthy: members.filter(({ id }) => !problems.has(id)).length,
    imageId: release.services[service]?.imageId ?? '',
    problems: Object.fromEntries(problems),
  }
}

async function placeOf(context: Context, control: Record<string, string>): Promise<Place> {
  if (context.local) return { gateway: context.local.gateway }
  if (control.Domain) return { domain: control.Domain, secure: Boolean(control.CertificateArn) }
  const platform = await stackOutputs(context.cloudFormation(), appStack(context.stage, 'platform'))
  return { loadBalancer: platform.LoadBalancerDns ?? '' }
}

/** Prints the status of these apps, of all deployed ones when none is named. */
export async function showStatus(context: Context, apps: string[], run?: unknown): Promise<void> {
  const names = apps.length > 0 ? apps : await context.releases().deployedApps()
  const rows = (await Promise.all(names.map((app) => appStatus(context, app)))).flat()
  const result = run === undefined ? { services: rows } : { run, services: rows }
  context.output.result(result, rows.length === 0 ? 'No app is deployed.' : statusTable(rows))
}

/** One line per service, one more per instance with a problem. */
export function statusTable(rows: ServiceStatus[]): string {
  const head = ['app', 'service', 'healthy', 'release', 'image', 'url']
  const lines = rows.map((row) => [
    row.app,
    row.service,
    `${row.healthy}/${row.desired}`,
    String(row.release),
    row.imageId,
    row.url ?? '',
  ])
  const problems = rows.flatMap((row) =>
    Object.entries(row.problems).map(([instance, problem]) => `  ${row.service} ${instance} ${problem}`),
  )
  return [table([head, ...lines]), ...problems].join('\n')
}
