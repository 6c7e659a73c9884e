import { type AppBundle, bundleDigest } from '../base/bundle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { EnvValue, Manifest } from '../base/manifest-types.ts'
import type { SettingName } from '../base/settings.ts'
import { manifestProblems } from '../manifest/rules.ts'
import type { App } from '../template/parsed-app.ts'

/** A variable that `nanofleet env set` keeps. */
export interface SetVariable extends SettingName {
  value: string
}

/** A variable of a service that `env set` decides. */
export interface Overridden {
  service: string
  name: string
  value: string
  /** What was pushed; absent for a variable that only `env set` has. */
  pushed?: EnvValue
}

/** The variables of services that are set by hand; a service's own count more than the app's. */
export function overridden(
  { services }: Pick<Manifest, 'services'>,
  set: readonly SetVariable[],
): Overridden[] {
  return Object.entries(services).flatMap(([service, { env }]) => {
    const own = set.filter((one) => one.service === service)
    const all = set.filter((one) => one.service === undefined && !own.some(({ name }) => name === one.name))
    return [...all, ...own]
      .map(({ name, value }) => {
        const pushed = env[name]
        return { service, name, value, ...(pushed === undefined ? {} : { pushed }) }
      })
      .sort((one, other) => one.name.localeCompare(other.name))
  })
}

/**
 * An app as a stage runs it: as it was pushed, with the variables that are set there. It is a bundle like any
 * other, so that a release records it, and going back to the release brings its variables back.
 * @throws {InvalidInput} if a service cannot have such a variable
 */
export function withVariables(app: App, set: readonly SetVariable[]): App {
  const bundle = bundleWithVariables(app.bundle, set)
  return bundle === app.bundle ? app : { ...app, bundle, digest: bundleDigest(bundle) }
}

/**
 * The bundle of such an app; the same one if nothing is set by hand.
 * @throws {InvalidInput} if a service cannot have such a variable
 */
export function bundleWithVariables(pushed: AppBundle, set: readonly SetVariable[]): AppBundle {
  const { manifest } = pushed
  const changes = overridden(manifest, set).filter(({ value, pushed }) => value !== pushed)
  if (changes.length === 0) return pushed
  const services = Object.fromEntries(
    Object.entries(manifest.services).map(([service, spec]) => {
      const own = changes.filter((change) => change.service === service)
      return [service, { ...spec, env: { ...spec.env, ...values(own) } }]
    }),
  )
  const bundle: AppBundle = { ...pushed, manifest: { ...manifest, services } }
  const problems = manifestProblems(bundle.manifest)
  if (problems.length > 0)
    throw InvalidInput.all(
      problems.map(
        ({ path, problem }) =>
          new InvalidInput(
            `${manifest.app} with its variables of "nanofleet env": ${path.join('.')}`,
            problem,
            `look with "nanofleet env list ${manifest.app}"`,
          ),
      ),
    )
  return bundle
}

const values = (changes: readonly Overridden[]): Record<string, string> =>
  Object.fromEntries(changes.map(({ name, value }) => [name, value]))

/** What a plan tells of variables that are set by hand. */
export function variableNotes(
  { services }: Pick<Manifest, 'services'>,
  set: readonly SetVariable[],
): string[] {
  const idle = set.filter(({ service }) => service !== undefined && !(service in services))
  return [
    ...overridden({ services }, set).map(
      ({ service, name, value, pushed }) =>
        `${service}: ${name} is ${JSON.stringify(value)} as set by env${
          pushed === undefined || pushed === value ? '' : `, not ${JSON.stringify(pushed)}`
        }`,
    ),
    ...idle.map(({ service, name }) => `${name} is set by env for ${service}, which the app does not have`),
  ]
}
