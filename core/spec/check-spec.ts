import type { AppBundle } from '../base/bundle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Stage } from '../base/stage.ts'
import type { ReleaseBook } from '../deploy/releases.ts'
import { refuseOtherArchitecture } from '../manifest/architecture.ts'
import { type AskOffered, refuseUnoffered } from '../manifest/offered-types.ts'
import type { WrittenResources } from '../template/app-resources.ts'
import { refuseClashes } from '../template/clashes.ts'
import type { App } from '../template/parsed-app.ts'
import { portDisagreements } from '../template/port-agreement.ts'
import { type ChosenImage, chooseImages, type ImagePorts } from './choose-images.ts'
import { cameAsSpec, NameTaken } from './name-taken.ts'
import { relocated } from './places.ts'
import type { Spec } from './read-spec.ts'

/** What a spec is checked against. */
export interface CheckPorts extends ImagePorts {
  stage: Pick<Stage, 'name' | 'region' | 'architecture'>
  releases: Pick<ReleaseBook, 'kept' | 'current' | 'deployedApps'>
  bundles: { read(app: string, digest?: string): Promise<App> }
  offered: AskOffered
  /** Checks properties of resources; returns warnings. */
  schemas(written: WrittenResources[]): Promise<string[]>
}

/** A spec that may be deployed, as a bundle. */
export interface CheckedSpec {
  bundle: AppBundle
  warnings: string[]
}

/**
 * Checks a spec against its stage as a push does, and against what runs there, as a plan does.
 * @throws {InvalidInput} with one sentence per problem, {NameTaken} for the name of an app of a checkout
 */
export async function checkSpec(ports: CheckPorts, spec: Spec): Promise<CheckedSpec> {
  const { app } = spec.manifest
  await refuseTaken(ports, app)
  const moved = async <T>(work: () => T | Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw error instanceof InvalidInput ? relocated(error, app, spec.at) : error
    }
  }
  const images = await chooseImages(ports, spec)
  const doubt = await moved(async () => {
    refuseOtherArchitecture(spec.manifest, ports.stage)
    refuseDisagreements(spec, images)
    refuseClashes([spec], await othersOf(ports, app))
    return await refuseUnoffered([spec.manifest], ports.offered)
  })
  const unchecked = await ports.schemas([spec.written])
  return { bundle: bundleOf(spec, images), warnings: [...spec.warnings, ...doubt, ...unchecked] }
}

/** The two ways would undo each other's work. */
async function refuseTaken({ stage, releases, bundles }: CheckPorts, app: string): Promise<void> {
  const current = await releases.current(app)
  if (!current || (await cameAsSpec(bundles, app, current.bundle))) return
  throw new NameTaken(
    `${app}: the app of this name on the stage ${stage.name} was pushed from a checkout; ` +
      'choose another name, deploy it from there, or tear it down first',
  )
}

async function othersOf({ releases, bundles }: CheckPorts, app: string) {
  const names = (await releases.deployedApps()).filter((name) => name !== app)
  return await Promise.all(
    names.map(async (name) => {
      const { bundle, definitions } = await bundles.read(name, (await releases.current(name))?.bundle)
      return { ...bundle, definitions }
    }),
  )
}

function refuseDisagreements(spec: Spec, images: Record<string, ChosenImage>): void {
  const { manifest, definitions, places } = spec
  const services = Object.fromEntries(
    Object.entries(images).map(([name, { config }]) => [
      name,
      { definition: spec.texts[name] ?? null, config },
    ]),
  )
  const found = portDisagreements({ manifest, definitions, places, services })
  if (found.length > 0)
    throw InvalidInput.all(
      found.map(({ place, problem, remedy }) => new InvalidInput(place, problem, remedy)),
    )
}

const bundleOf = ({ manifest, resources, texts }: Spec, images: Record<string, ChosenImage>): AppBundle => ({
  format: 1,
  manifest,
  resources,
  services: Object.fromEntries(
    Object.entries(images).map(([name, { pinned, config }]) => [
      name,
      { definition: texts[name] ?? null, config, image: pinned },
    ]),
  ),
})
