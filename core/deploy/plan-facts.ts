import type { AppBundle, ImageRecord } from '../base/bundle.ts'
import { appStack, PLATFORM, serviceStack, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import type { StandingApp } from '../template/app-changes.ts'
import { type AppTemplates, appTemplates } from '../template/app-templates.ts'
import { standingStack } from '../template/bring-stack.ts'
import { KAFKA_OUTPUTS } from '../template/kafka-cluster.ts'
import type { App } from '../template/parsed-app.ts'
import type { Stacks, StackView } from '../template/stacks.ts'
import { aloneApp } from './alone.ts'
import type { Release, ReleaseBook, ScaleOverride } from './releases.ts'

export interface PlanPorts {
  stage: Stage
  stacks: Stacks
  releases: ReleaseBook
  /** The app as last pushed, or the one with this digest. */
  app(name: string, digest?: string): Promise<App>
  /**
   * The same as a deployment brings it up: with what is set by hand on the stage.
   * @param mix makes what is brought up of that
   */
  wanted(name: string, digest?: string, mix?: (app: App) => App): Promise<App>
  /** The image of each service: built already or, in a dry run, to be built. */
  images(bundle: AppBundle): Promise<Map<string, ImageRecord>>
  /** Addresses of a Kafka cluster's brokers. */
  brokers(cluster: string): Promise<string>
}

/** What a plan is made from: the wanted state, and everything it is compared with. */
export interface PlanFacts {
  stage: Stage
  app: App
  /** The other deployed apps, each as in its current release. */
  others: App[]
  /**
   * The platform's stacks as they are, or as they would be created if there are none; absent for the platform
   * itself.
   */
  platform: AppTemplates | undefined
  images: Map<string, ImageRecord>
  overrides: Record<string, ScaleOverride>
  current: Release | undefined
  /** The app as in its current release; absent before the first one. */
  running: App | undefined
  /** The platform, if this deployment has to bring it up first. */
  brought: App | undefined
  /** Set if only some services are deployed: which, and what else of the push is left out. */
  alone?: { services: string[]; left: string[] }
  /** The release to go to with its own images and number; absent for a new one. */
  kept?: Release | undefined
  /** Services of the app that have a stack. */
  standing: string[]
  stacks: StandingApp
}

/**
 * Reads what a plan is made from; `makePlan` decides.
 * @param release a kept one, or 0 for a new one
 * @param bundle digest of what a new one is of; the last push when absent
 * @param services only these; none for the whole app
 * @throws {InvalidInput} if they do not fit what runs
 */
export async function planFacts(
  ports: PlanPorts,
  name: string,
  release: number,
  bundle?: string,
  services: string[] = [],
): Promise<PlanFacts> {
  const { stage, stacks, releases } = ports
  const [current, overrides, kept, views] = await Promise.all([
    releases.current(name),
    releases.overrides(name),
    release === 0 ? undefined : releases.release(name, release),
    stacks.tagged({ [TAG.stage]: stage.name }),
  ])
  const before = services.length > 0 ? current && (await ports.app(name, current.bundle)) : undefined
  let left: string[] = []
  const mix = (pushed: App): App => {
    const mixed = aloneApp(pushed, before, services)
    left = mixed.left
    return mixed.app
  }
  // A kept release is whole: of it, the others are as they run.
  const mixes = services.length > 0 && !kept
  const app = await ports.wanted(name, kept?.bundle ?? bundle, mixes ? mix : undefined)
  const [others, platform, standing, images, running] = await Promise.all([
    otherApps(ports, name),
    name === PLATFORM ? undefined : standingPlatform(ports, views),
    standingApp(ports, app.bundle, views),
    kept ? new Map<string, ImageRecord>() : ports.images(app.bundle),
    before ?? (current && (current.bundle === app.digest ? app : ports.app(name, current.bundle))),
  ])
  return {
    stage,
    app,
    others,
    platform: platform?.templates,
    images: mixes ? withRunning(images, current, services) : images,
    overrides,
    current,
    running,
    brought: app.bundle.manifest.requires.includes(PLATFORM) ? platform?.absent : undefined,
    kept,
    standing: standingServices(views, name),
    stacks: standing,
    ...(services.length > 0 && { alone: { services, left } }),
  }
}

/** The images of chosen services, and those that all others run. */
function withRunning(
  images: ReadonlyMap<string, ImageRecord>,
  current: Release | undefined,
  chosen: readonly string[],
): Map<string, ImageRecord> {
  const running = Object.entries(current?.services ?? {}).map(
    ([service, { hash, imageId }]): [string, ImageRecord] => [service, { hash, imageId, builtAt: '' }],
  )
  return new Map([...running, ...[...images].filter(([service]) => chosen.includes(service))])
}

/** Apps pushed from one checkout fit together; here apps of several checkouts meet. */
async function otherApps({ releases, app }: PlanPorts, name: string): Promise<App[]> {
  const others = (await releases.deployedApps()).filter((other) => other !== name)
  return await Promise.all(others.map(async (other) => app(other, (await releases.current(other))?.bundle)))
}

/** Services of an app that have a stack. */
export const standingServices = (views: StackView[], app: string): string[] =>
  views.flatMap(({ tags: { [TAG.app]: of, [TAG.service]: service } }) =>
    of === app && service ? [service] : [],
  )

/** Outputs of the platform's stack, which all other apps' stacks get. */
export async function platformOutputs(
  stage: Stage,
  stacks: Stacks,
): Promise<Record<string, string> | undefined> {
  return (await stacks.find(appStack(stage.name, PLATFORM)))?.outputs
}

async function standingApp(
  { stage, stacks, brokers }: PlanPorts,
  { manifest }: AppBundle,
  views: StackView[],
): Promise<StandingApp> {
  const view = (name: string) => views.find((each) => each.name === name)
  const name = appStack(stage.name, manifest.app)
  // One that has only taken up kept data has no tags yet.
  const own = view(name) ?? (await stacks.find(name))
  const services = Object.keys(manifest.services).map(async (service) => {
    const standing = await standingStack(stacks, view(serviceStack(stage.name, manifest.app, service)))
    return standing ? [[service, standing] as const] : []
  })
  const cluster = own?.outputs[KAFKA_OUTPUTS.cluster]
  return {
    ...(cluster !== undefined && { kafkaBrokers: await brokers(cluster) }),
    own: await standingStack(stacks, own),
    services: Object.fromEntries((await Promise.all(services)).flat()),
    outputs: { app: own?.outputs, platform: view(appStack(stage.name, PLATFORM))?.outputs },
  }
}

/** A dry run may come before there is a platform; a deployment deploys it first. */
async function standingPlatform(
  ports: PlanPorts,
  views: StackView[],
): Promise<{ templates: AppTemplates; absent?: App }> {
  const { stage, stacks } = ports
  const template = async (name: string) =>
    (
      await standingStack(
        stacks,
        views.find((view) => view.name === name),
      )
    )?.template
  const own = await template(appStack(stage.name, PLATFORM))
  if (own === undefined) {
    const absent = await ports.app(PLATFORM)
    return { templates: appTemplates(absent, stage), absent }
  }
  const services = standingServices(views, PLATFORM).map(async (service) => {
    const found = await template(serviceStack(stage.name, PLATFORM, service))
    return found ? [[service, found] as const] : []
  })
  return {
    templates: { app: PLATFORM, own, services: Object.fromEntries((await Promise.all(services)).flat()) },
  }
}
