import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import type { SettingName } from '../base/settings.ts'
import type { App } from '../template/parsed-app.ts'
import { unsetProblems, unsetSecrets, wantedSecrets } from './app-secrets.ts'
import { type SetVariable, variableNotes, withVariables } from './app-variables.ts'
import type { PlanRequest } from './deploy-order.ts'

/** What is set by hand for an app of the stage. */
export interface SettingsPorts {
  variables(app: string): Promise<SetVariable[]>
  /** Names only. */
  secrets(app: string): Promise<SettingName[]>
}

/** An app with what is set by hand for it, and what a plan tells of that. */
export interface SettledApp {
  app: App
  notes: string[]
}

/**
 * The app that a deployment brings up: as pushed, with the variables that are set on the stage, or as a kept
 * release has it.
 * @throws {InvalidInput} if a service cannot have such a variable
 */
export async function settledApp(
  ports: SettingsPorts,
  pushed: App,
  { release, services }: Pick<PlanRequest, 'release' | 'services'>,
): Promise<SettledApp> {
  if (release > 0) return { app: pushed, notes: [] }
  const { manifest } = pushed.bundle
  const variables = await ports.variables(manifest.app)
  const meant = variables.filter(({ service }) => service === undefined || isMeant(services, service))
  return { app: withVariables(pushed, variables), notes: variableNotes(only(manifest, services), meant) }
}

/**
 * A sentence for each secret that the services which are deployed would miss. On the way back nobody asks:
 * what ran may run again.
 */
export async function missingSecrets(
  ports: SettingsPorts,
  { bundle: { manifest } }: Pick<App, 'bundle'>,
  { stage, purpose, services }: { stage: string } & Pick<PlanRequest, 'purpose' | 'services'>,
): Promise<InvalidInput[]> {
  const meant = only(manifest, services)
  if (purpose === 'undo' || wantedSecrets(meant).length === 0) return []
  return unsetProblems(stage, manifest.app, unsetSecrets(meant, await ports.secrets(manifest.app)))
}

const isMeant = (chosen: readonly string[], service: string): boolean =>
  chosen.length === 0 || chosen.includes(service)

/** The services that a deployment is about. */
export const only = (
  { services }: Pick<Manifest, 'services'>,
  chosen: readonly string[],
): Pick<Manifest, 'services'> => ({
  services: Object.fromEntries(Object.entries(services).filter(([name]) => isMeant(chosen, name))),
})

/** @throws {InvalidInput} unless there are none */
export function refuseMissing(missing: readonly InvalidInput[]): void {
  if (missing.length > 0) throw InvalidInput.all(missing)
}
