import type { AppBundle, ImageRecord } from '../base/bundle.ts'
import { NotFound } from '../base/errors.ts'
import { appStack, serviceStack, TAG } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { appTemplate } from '../template/app.ts'
import { standingStack } from '../template/bring-stack.ts'
import { refuseClashes } from '../template/clashes.ts'
import { serviceTemplate } from '../template/service.ts'
import { type Change, stackChange } from '../template/stack-change.ts'
import type { Stacks, StackView } from '../template/stacks.ts'
import { templateText } from '../template/text.ts'
import { wantedAppStack, wantedServiceStack } from '../template/wanted-stacks.ts'
import type { PlanFacts } from './deploy-plan.ts'
import type { Release, ReleaseBook } from './releases.ts'

export interface PlanPorts {
  stage: Stage
  stacks: Stacks
  releases: ReleaseBook
  /** The app as it was pushed last, or under this digest. */
  bundle(app: string, digest?: string): Promise<AppBundle>
  /** The image of each service, built already or in a dry run to be built. */
  images(bundle: AppBundle): Promise<Map<string, ImageRecord>>
}

/**
 * Reads what a plan is made from: the wanted state of a release, and what stands.
 * @throws {InvalidInput} when a service takes what a deployed app has, or the app's template is too large for a stack
 */
export async function planFacts(ports: PlanPorts, app: string, release: number): Promise<PlanFacts> {
  const { stage, stacks, releases } = ports
  const [current, overrides, kept, views] = await Promise.all([
    releases.current(app),
    releases.overrides(app),
    release === 0 ? undefined : releases.release(app, release),
    stacks.tagged({ [TAG.stage]: stage.name }),
  ])
  const bundle = await ports.bundle(app, kept?.bundle)
  await refuseTaken(ports, bundle)
  const images = kept ? new Map<string, ImageRecord>() : await ports.images(bundle)
  const byName = new Map(views.map((view) => [view.name, view]))
  const services = Object.keys(bundle.manifest.services)
  const imageIds = new Map(
    services.map((name) => [name, (kept?.services[name] ?? images.get(name))?.imageId ?? '']),
  )
  const ownTemplate = appTemplate({ bundle, stage })
  // Refused here, where nothing has been changed yet.
  templateText(appStack(stage.name, app), ownTemplate)
  return {
    bundle,
    images,
    overrides,
    current,
    kept,
    standing: standingServices(views, app),
    appTemplate: ownTemplate,
    serviceTemplates: Object.fromEntries(
      services.map((service) => [service, serviceTemplate({ bundle, service, stage })]),
    ),
    changes: await changes(ports, bundle, byName, imageIds, current),
  }
}

/** What was pushed from one checkout fits together; apps of several checkouts meet here. */
async function refuseTaken(ports: PlanPorts, bundle: AppBundle): Promise<void> {
  const others = (await ports.releases.deployedApps()).filter((app) => app !== bundle.manifest.app)
  const deployed = await Promise.all(
    others.map(async (app) => ports.bundle(app, (await ports.releases.current(app))?.bundle)),
  )
  refuseClashes([...deployed, bundle])
}

/** Services of an app that have a stack. */
export const standingServices = (views: StackView[], app: string): string[] =>
  views
    .filter(({ tags }) => tags[TAG.app] === app && tags[TAG.service])
    .map(({ tags }) => tags[TAG.service] ?? '')

/** Outputs of the platform's stack, which every other app's stacks are given. */
export async function platformOutputs(
  stage: Stage,
  stacks: Stacks,
): Promise<Record<string, string> | undefined> {
  return (await stacks.find(appStack(stage.name, 'platform')))?.outputs
}

async function changes(
  { stage, stacks }: PlanPorts,
  bundle: AppBundle,
  views: Map<string, StackView>,
  imageIds: Map<string, string>,
  current: Release | undefined,
): Promise<PlanFacts['changes']> {
  const { app } = bundle.manifest
  const platform = views.get(appStack(stage.name, 'platform'))?.outputs
  const view = views.get(appStack(stage.name, app))
  const service = async (name: string): Promise<[string, Change]> => {
    const standing = await standingStack(stacks, views.get(serviceStack(stage.name, app, name)))
    const sources = {
      platform,
      app: view?.outputs,
      imageId: imageIds.get(name) ?? '',
      release: current?.release ?? 0,
    }
    return [name, tolerant(standing, () => wantedServiceStack(stage, bundle, name, sources))]
  }
  const own = await standingStack(stacks, view)
  return {
    app: tolerant(own, () => wantedAppStack(stage, bundle, platform)),
    services: Object.fromEntries(await Promise.all(Object.keys(bundle.manifest.services).map(service))),
  }
}

/** A value that only the app's or the platform's next stack will give is a change, not an error. */
function tolerant(
  standing: Parameters<typeof stackChange>[0],
  wanted: () => Parameters<typeof stackChange>[1],
): Change {
  if (!standing) return { action: 'create', reasons: ['it does not exist'] }
  try {
    return stackChange(standing, wanted())
  } catch (error) {
    if (error instanceof NotFound)
      return { action: 'update', reasons: ['it takes a value that another stack gives first'] }
    throw error
  }
}
