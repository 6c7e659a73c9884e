import { AppSettings } from '../../adapters/aws/app-settings.ts'
import { NotFound } from '../../core/base/errors.ts'
import type { EnvValue } from '../../core/base/manifest-types.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { overridden, type SetVariable } from '../../core/deploy/app-variables.ts'
import type { App } from '../../core/template/parsed-app.ts'
import { readSettings } from '../../local/settings.ts'
import type { Context } from '../context.ts'
import { type KnownApp, knownApp } from './known-app.ts'

/** A variable of a service. */
export interface ListedVariable {
  service: string
  name: string
  /** With the next deployment; absent if it goes. */
  value?: EnvValue
  from?: 'env set' | 'app.yml' | 'nanofleet.yml' | 'config.json'
  /** Now; absent if no instance has it yet. */
  runs?: EnvValue
}

export const variablesOf = (context: Context, app: string): AppSettings =>
  new AppSettings(context.ssm(), 'env', context.stage, app)

/**
 * The variables of an app's services.
 * @throws {NotFound} for an app that nobody has pushed, or a service that it does not have
 */
export async function listEnv(context: Context, app: string, service?: string): Promise<ListedVariable[]> {
  const { repositoryOf } = await import('../../adapters/sources/app-files.ts')
  const [known, set, { defaults }] = await Promise.all([
    knownApp(context, app),
    variablesOf(context, app).values(),
    repositoryOf(readSettings().root),
  ])
  const services = Object.keys((known.pushed ?? known.running?.app)?.bundle.manifest.services ?? {})
  if (services.length === 0)
    throw new NotFound(`${app} is not on stage ${context.stage}; put it there with "nanofleet push ${app}"`)
  if (service !== undefined && !services.includes(service))
    throw new NotFound(`${app} has no service ${service}; ${didYouMean(service, services)}`)
  const all = listed(known, set, Object(defaults.env))
  return service === undefined ? all : all.filter((one) => one.service === service)
}

/**
 * @param shared what nanofleet.yml here says of all services: a value of the same is taken to be from there
 */
export function listed(
  { pushed, running }: Pick<KnownApp, 'pushed' | 'running'>,
  set: readonly SetVariable[],
  shared: Record<string, unknown>,
): ListedVariable[] {
  const next = new Map<string, ListedVariable>()
  const put = (one: ListedVariable) =>
    next.set(`${one.service} ${one.name}`, { ...next.get(`${one.service} ${one.name}`), ...one })
  const found = pushed ?? running?.app
  for (const { service, name, value } of inImages(found)) put({ service, name, value, from: 'config.json' })
  for (const { service, name, value } of inManifest(found))
    put({ service, name, value, from: shared[name] === value ? 'nanofleet.yml' : 'app.yml' })
  for (const { service, name, value } of overridden(found?.bundle.manifest ?? { services: {} }, set))
    put({ service, name, value, from: 'env set' })
  for (const { service, name, value } of [...inImages(running?.app), ...inManifest(running?.app)])
    put({ service, name, runs: value })
  return [...next.values()].sort((one, other) =>
    `${one.service} ${one.name}`.localeCompare(`${other.service} ${other.name}`),
  )
}

interface Found {
  service: string
  name: string
  value: EnvValue
}

const inManifest = (app: App | undefined): Found[] =>
  Object.entries(app?.bundle.manifest.services ?? {}).flatMap(([service, { env }]) =>
    Object.entries(env).map(([name, value]) => ({ service, name, value })),
  )

const inImages = (app: App | undefined): Found[] =>
  Object.entries(app?.bundle.services ?? {}).flatMap(([service, { config }]) =>
    Object.entries(Object(config.Env)).map(([name, value]) => ({
      service,
      name,
      value: String(value ?? ''),
    })),
  )
