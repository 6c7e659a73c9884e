import { type AppBundle, isOfSpec } from '../base/bundle.ts'
import { InvalidInput, NanofleetError } from '../base/errors.ts'

/** The name belongs to an app that came in another way: the two would undo each other's work. */
export class NameTaken extends NanofleetError {}

/** Where bundles are read. */
interface Bundles {
  read(app: string, digest?: string): Promise<{ bundle: AppBundle }>
}

/** Whether a bundle came as a spec; one that breaks a younger rule is older than specs. */
export async function cameAsSpec(bundles: Bundles, app: string, digest: string): Promise<boolean> {
  try {
    return isOfSpec((await bundles.read(app, digest)).bundle)
  } catch (error) {
    if (error instanceof InvalidInput) return false
    throw error
  }
}

/**
 * Refuses to push apps of a checkout that run as specs.
 * @throws {NameTaken}
 */
export async function refuseSpecs(
  stage: string,
  ports: { bundles: Bundles; releases: { current(app: string): Promise<{ bundle: string } | undefined> } },
  apps: readonly string[],
): Promise<void> {
  for (const app of apps) {
    const current = await ports.releases.current(app)
    if (!current || !(await cameAsSpec(ports.bundles, app, current.bundle))) continue
    throw new NameTaken(
      `${app}: the app of this name on the stage ${stage} was deployed from a spec, without a checkout; ` +
        'choose another name, deploy its spec, or tear it down first',
    )
  }
}
