import type { Template } from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import type { ServiceSpec } from '../base/manifest-types.ts'
import { waves } from '../manifest/waves.ts'
import type { AppChanges } from '../template/app-changes.ts'
import type { AppTemplates } from '../template/app-templates.ts'
import type { App } from '../template/parsed-app.ts'
import type { Change } from '../template/stack-change.ts'
import type { Replacement } from './capacity.ts'
import type { KeptData } from './kept-data.ts'
import type { Loss } from './losses.ts'
import type { PlanBill } from './plan-bill.ts'
import type { DataPlan } from './plan-data.ts'
import type { PlanFacts } from './plan-facts.ts'
import type { PlanSeal } from './plan-seal.ts'
import { effectiveCount, type Release } from './releases.ts'

/**
 * All that a deployment is going to do, as stored in the bucket: `runs/<execution>/deploy.json` or
 * `dry-run.json`.
 */
export interface DeployPlan {
  app: string
  /** The release number that the app gets if all goes well. */
  release: number
  /** The release to go back to; 0 before the first one. */
  previous: number
  /** SHA-256 of the app bundle. */
  bundle: string
  stack: Change
  services: Record<string, PlannedService>
  /** The services that it is only about, if others stay as they run. */
  only?: string[]
  /** Services that left the manifest. */
  removed: string[]
  /** Names of services; a wave needs only earlier ones. */
  waves: string[][]
  /** Who may reach whom, one line each. */
  edges: string[]
  /** What AWS bills before and after. */
  bill: PlanBill
  /** Data that it takes away from the app; a run starts only if a person has named each. */
  losses: Loss[]
  /** Logical ids of the app's stack that stay as they are, with their data. */
  stays: string[]
  /** Kept or restored data that it takes into the stack, before anything else. */
  takenUp: KeptData[]
  /** It has topics and rights to set in a Kafka cluster. */
  kafka: boolean
  /** A kept release, or the way back from a failure: what has grown since stays. */
  back: boolean
  /** What a reader might not expect. */
  notes: string[]
  /** What it was made from; absent while only the order of work is known. */
  seal?: PlanSeal
}

export interface PlannedService {
  change: Change
  hash: string
  imageId: string
  target: ServiceTarget
}

/** Input of the workflow `service`. */
export interface ServiceTarget {
  app: string
  service: string
  count: number
  replacement: Replacement
  kind: ServiceSpec['kind']
  /** Names under which Consul knows the service; none for one that is not discovered. */
  catalog: string[]
  /**
   * This deployment creates its group, which is therefore empty: the workflow sets its number without looking
   * first.
   */
  fresh?: true
  /** Instances to replace although they are current: those that a restart found. */
  replace?: string[]
}

/** What is known once the app is compiled and compared with its stacks. */
export interface PlanInputs
  extends Pick<PlanFacts, 'app' | 'alone' | 'images' | 'overrides' | 'current' | 'kept' | 'standing'> {
  templates: AppTemplates
  changes: AppChanges
  /** Absent when nobody asked what becomes of data. */
  data?: DataPlan
  bill: PlanBill
}

/** Whether carrying out a plan would change anything. */
export const hasChanges = ({
  stack,
  services,
  removed,
  losses,
  takenUp,
  release,
  previous,
}: DeployPlan): boolean =>
  release !== previous ||
  [stack, ...Object.values(services).map(({ change }) => change)].some(
    ({ action }) => action !== 'unchanged',
  ) ||
  [removed, losses, takenUp].some((all) => all.length > 0)

const NO_DATA: DataPlan = { losses: [], stays: [], takenUp: [], notes: [] }

/** @throws {NotFound} when a service has no image and none is on the way */
export function planDeploy(inputs: PlanInputs): DeployPlan {
  const { alone, current, templates, data = NO_DATA } = inputs
  const { digest, bundle } = inputs.app
  const { app } = bundle.manifest
  const services = Object.fromEntries(
    Object.keys(bundle.manifest.services).map((service) => [service, plannedService(inputs, service)]),
  )
  const isMeant = (service: string): boolean => !alone || alone.services.includes(service)
  return {
    app,
    release: releaseNumber(current, digest, services),
    previous: current?.release ?? 0,
    bundle: digest,
    stack: inputs.changes.app,
    services,
    ...(alone && { only: Object.keys(services).filter(isMeant) }),
    removed: inputs.standing.filter((service) => !(service in services)).sort(),
    waves: waves(bundle.manifest)
      .map((wave) => wave.filter(isMeant))
      .filter((wave) => wave.length > 0),
    edges: edges(templates.own),
    bill: inputs.bill,
    losses: data.losses,
    stays: data.stays,
    takenUp: data.takenUp,
    kafka: bundle.manifest.kafka !== undefined,
    back: inputs.kept !== undefined,
    notes: [
      ...data.notes,
      ...Object.entries(services).flatMap(([service, planned]) =>
        isMeant(service) ? notes(inputs, service, planned) : [],
      ),
      ...(alone && alone.left.length > 0
        ? [`left out of what was pushed, until the whole app is deployed: ${alone.left.join(', ')}`]
        : []),
    ],
  }
}

/** What already runs keeps its number. */
function releaseNumber(
  current: Release | undefined,
  bundle: string,
  services: Record<string, PlannedService>,
): number {
  if (!current) return 1
  const same = Object.entries(services).every(
    ([service, { imageId }]) => current.services[service]?.imageId === imageId,
  )
  return same && current.bundle === bundle ? current.release : current.release + 1
}

/**
 * What the workflow `service` needs to know of a service.
 * @throws {NotFound} when the app has no such service
 */
export function serviceTarget({ bundle, definitions }: App, service: string, count: number): ServiceTarget {
  const { app } = bundle.manifest
  const spec = bundle.manifest.services[service]
  const definition = definitions[service]
  if (!spec || !definition) throw new NotFound(`${app}: the app has no service ${service}`)
  return {
    app,
    service,
    count,
    replacement: spec.stateful ? 'in-place' : spec.strategy,
    kind: spec.kind,
    catalog: [...new Set(definition.map(({ Name }) => Name))],
  }
}

/** A target that only empties a group, for a service of which nothing else is known. */
export const emptyTarget = (app: string, service: string): ServiceTarget => ({
  app,
  service,
  count: 0,
  replacement: 'surge',
  kind: 'service',
  catalog: [],
})

function plannedService(inputs: PlanInputs, service: string): PlannedService {
  const { alone, app, current, overrides, kept } = inputs
  const { manifest } = app.bundle
  const spec = manifest.services[service]
  const image = kept?.services[service] ?? inputs.images.get(service)
  const stays = current !== undefined && alone?.services.includes(service) === false
  const change: Change | undefined = stays
    ? { action: 'unchanged', reasons: [`stays as in release ${current.release}`] }
    : inputs.changes.services[service]
  if (!spec || !image || !change)
    throw new NotFound(`${manifest.app}: ${service} has no image; start the workflow build first`)
  const count = effectiveCount(spec.count.desired, overrides[service])
  return {
    change,
    hash: image.hash,
    imageId: image.imageId,
    target: serviceTarget(app, service, count),
  }
}

function notes(
  { app, overrides }: PlanInputs,
  service: string,
  { change, target }: PlannedService,
): string[] {
  const { count, schedule, instanceType } = app.bundle.manifest.services[service] as ServiceSpec
  const wanted = count.desired
  const held = overrides[service]
  return [
    ...(change.action === 'update' && target.replacement === 'in-place'
      ? [`${service} keeps state: it is away while each of its instances is replaced`]
      : []),
    ...(schedule
      ? [
          `${service} runs as a job by ${schedule.when} (${schedule.timezone}): each costs an instance ${instanceType} for as long as it runs, at most ${schedule.timeout} s`,
        ]
      : []),
    ...(target.count !== wanted
      ? [`${service}: ${target.count} instances as set by scale, not ${wanted}`]
      : []),
    ...(held && held.manifestCount !== wanted
      ? [`${service}: the manifest's ${wanted} instances replace the ${held.count} set by scale`]
      : []),
  ]
}

function edges({ Resources }: Template): string[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => Type === 'AWS::EC2::SecurityGroupIngress')
    .map(([name, { Properties = {} }]) => {
      const { IpProtocol, FromPort, Description } = Properties
      return `${name} (${String(IpProtocol)} ${String(FromPort)}): ${String(Description)}`
    })
}
