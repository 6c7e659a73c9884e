import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { OWN, type SettingName } from '../base/settings.ts'

/** A secret that a service reads and that `nanofleet secrets set` keeps. */
export interface WantedSecret {
  service: string
  name: string
}

/** The secrets of an app's services that we keep; not those in parameters of somebody else. */
export const wantedSecrets = ({ services }: Pick<Manifest, 'services'>): WantedSecret[] =>
  Object.entries(services).flatMap(([service, { secrets }]) =>
    Object.entries(secrets).flatMap(([name, place]) => (place === OWN ? [{ service, name }] : [])),
  )

/** What a service reads as a secret: its own, else that of the app. */
export const keptFor = <T extends SettingName>(
  { service, name }: WantedSecret,
  kept: readonly T[],
): T | undefined => {
  const named = kept.filter((one) => one.name === name)
  return named.find((one) => one.service === service) ?? named.find((one) => one.service === undefined)
}

/** The secrets that services of an app read and nobody has set. */
export const unsetSecrets = (
  manifest: Pick<Manifest, 'services'>,
  kept: readonly SettingName[],
): WantedSecret[] => wantedSecrets(manifest).filter((wanted) => keptFor(wanted, kept) === undefined)

/** The services that read a setting as their secret. */
export const readersOf = <T extends SettingName>(
  one: T,
  manifest: Pick<Manifest, 'services'>,
  kept: readonly T[],
): string[] =>
  wantedSecrets(manifest)
    .filter((wanted) => keptFor(wanted, kept) === one)
    .map(({ service }) => service)

/** The command that sets a secret. */
export const setCommand = (stage: string, app: string, name: string): string =>
  `nanofleet${stage === 'local' ? '' : ` --stage ${stage}`} secrets set ${app} ${name}`

/** A sentence for each secret without a value: who reads it, and what sets it. */
export function unsetProblems(stage: string, app: string, unset: readonly WantedSecret[]): InvalidInput[] {
  const names = [...new Set(unset.map(({ name }) => name))]
  return names.map((name) => {
    const readers = unset.filter((one) => one.name === name).map(({ service }) => service)
    return new InvalidInput(
      app,
      `the secret ${name} of ${readers.join(', ')} is not set on stage ${stage}`,
      `set it with "${setCommand(stage, app, name)}"`,
    )
  })
}
