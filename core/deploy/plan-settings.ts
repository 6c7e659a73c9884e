import { InvalidInput } from '../base/errors.ts'
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
export async function settledApp(ports: SettingsPorts, pushed: App, release: number): Promise<SettledApp> {
  if (release > 0) return { app: pushed, notes: [] }
  const { manifest } = pushed.bundle
  const variables = await ports.variables(manifest.app)
  return { app: withVariables(pushed, variables), notes: variableNotes(manifest, variables) }
}

/**
 * A sentence for each secret that the app's services would miss. On the way back nobody asks: what ran may
 * run again.
 */
export async function missingSecrets(
  ports: SettingsPorts,
  { bundle: { manifest } }: App,
  { stage, purpose }: { stage: string; purpose: PlanRequest['purpose'] },
): Promise<InvalidInput[]> {
  if (purpose === 'undo' || wantedSecrets(manifest).length === 0) return []
  return unsetProblems(stage, manifest.app, unsetSecrets(manifest, await ports.secrets(manifest.app)))
}

/** @throws {InvalidInput} unless there are none */
export function refuseMissing(missing: readonly InvalidInput[]): void {
  if (missing.length > 0) throw InvalidInput.all(missing)
}
