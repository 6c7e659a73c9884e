import type { ServiceSpec } from '../core/base/manifest-types.ts'
import type { ReleaseBook } from '../core/deploy/releases.ts'
import { agreed, type Dialogue, TERMINAL } from './ask.ts'

/** What is read of the stage; a context is one. */
interface Deployed {
  releases(): Pick<ReleaseBook, 'current'>
  bundles(): {
    read(
      app: string,
      digest: string,
    ): Promise<{ bundle: { manifest: { services: Record<string, Pick<ServiceSpec, 'stateful'>> } } }>
  }
}

/** What is about to be replaced, and what to call it. */
interface Replacement {
  app: string
  /** Absent means all of the app's. */
  service?: string | undefined
  /** The command, such as `restart shop`. */
  place: string
  /** The option that answers beforehand. */
  option: string
}

/**
 * Asks before instances end that hold state of their own, such as a Redis without a disk: what only they hold
 * goes with them.
 * @throws {InvalidInput} if a person does not agree, or none can be asked
 */
export async function confirmState(
  stage: Deployed,
  { app, service, place, option }: Replacement,
  dialogue: Dialogue = TERMINAL,
): Promise<void> {
  const release = await stage.releases().current(app)
  // The workflow says so.
  if (!release) return
  const { bundle } = await stage.bundles().read(app, release.bundle)
  const stateful = Object.entries(bundle.manifest.services)
    .filter(([name, spec]) => spec.stateful && (service === undefined || name === service))
    .map(([name]) => name)
  if (stateful.length === 0) return
  const problem = `what only the instances of ${stateful.join(', ')} hold goes with them (stateful)`
  const question = `${app}: ${problem}. Type yes to go on: `
  await agreed({ place, problem, option, question, word: 'yes' }, dialogue)
}
