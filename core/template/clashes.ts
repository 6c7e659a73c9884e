import type { AppBundle } from '../base/bundle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Expose } from '../base/manifest-types.ts'
import { appStack, serviceStack } from '../base/names.ts'
import { parseDefinition } from '../definition/definition.ts'
import { rulePriority } from '../manifest/routes.ts'
import { UI_HOST } from './public-ui.ts'

/** What two apps can disagree about; a bundle, or an app that is on its way to become one. */
export interface Tenant {
  manifest: AppBundle['manifest']
  services: Record<string, { definition: string | null }>
}

/** Something of which a stage has one. */
interface Claim {
  thing: string
  place: string
  remedy: string
}

/** The names under which Consul will know the services of a definition, each with its place. */
export type NamedServices = (definition: string, file: string) => { name: string; place: string }[]

/** With the file alone as the place: all that a function wants to read. */
const named: NamedServices = (definition, file) =>
  parseDefinition(definition, file).map(({ Name: name }) => ({ name, place: file }))

/**
 * Refuses apps that cannot stand side by side in one stage: two services on one listener port, on one host and path or
 * under one Consul name, or two stacks of one name.
 * @param names reads a definition; `namedServices` also finds the lines
 * @throws {InvalidInput} with one sentence per clash
 */
export function refuseClashes(apps: readonly Tenant[], names = named): void {
  const problems = clashes(apps, names)
  if (problems.length > 0) throw InvalidInput.all(problems)
}

/** The clashes between services of several apps, in the order of the apps. */
export function clashes(apps: readonly Tenant[], names = named): InvalidInput[] {
  const taken = new Map([
    // The servers register themselves under this name.
    [consulName('consul'), 'the Consul servers'],
    [UI, UI_OWNER],
    [listenerPriority({ host: UI_HOST, path: '/' }), UI_OWNER],
  ])
  return apps
    .flatMap((app) => [...claims(app), ...consulNames(app, names)])
    .flatMap(({ thing, place, remedy }) => {
      const other = taken.get(thing)
      if (other === undefined) {
        taken.set(thing, place)
        return []
      }
      return [new InvalidInput(place, `${thing} is taken by ${other}`, remedy)]
    })
}

function claims({ manifest }: Tenant): Claim[] {
  const { app } = manifest
  const file = `images/${app}/app.yml`
  const stack = { thing: `the stack name ${appStack('<stage>', app)}`, place: file, remedy: 'rename the app' }
  return [
    stack,
    ...Object.entries(manifest.services).flatMap(([service, { expose }]): Claim[] => {
      const place = `${file}: services.${service}`
      const name = `the stack name ${serviceStack('<stage>', app, service)}`
      const own = { thing: name, place, remedy: 'rename the service' }
      if (!expose) return [own]
      const at = `${place}.expose`
      const port = `listener port ${expose.port}`
      return [own, { thing: port, place: `${at}.port`, remedy: 'choose another port' }, ...routes(expose, at)]
    }),
  ]
}

/** Who has another path of the same host may stay beside it; the host of the user interface is nobody else's at all. */
function routes(expose: Expose, at: string): Claim[] {
  const place = `${at}.host`
  if (expose.host === UI_HOST) return [{ thing: UI, place, remedy: 'choose another host' }]
  const remedy = 'choose another host or path'
  return [
    { thing: `route ${expose.host}${expose.path}`, place, remedy },
    { thing: listenerPriority(expose), place, remedy },
  ]
}

const UI = `the host ${UI_HOST}`
const UI_OWNER = "Consul's user interface"

const listenerPriority = (route: Pick<Expose, 'host' | 'path'>): string =>
  `listener priority ${rulePriority(route)}`

/** Within one app several services may stand behind one name; DNS would mix those of two apps. */
function consulNames({ manifest: { app }, services }: Tenant, names: NamedServices): Claim[] {
  const places = new Map<string, string>()
  for (const [service, { definition }] of Object.entries(services)) {
    const found = definition === null ? [] : names(definition, `images/${app}/${service}/consul.json`)
    for (const { name, place } of found) {
      const thing = consulName(name)
      if (!places.has(thing)) places.set(thing, place)
    }
  }
  return [...places].map(([thing, place]) => ({ thing, place, remedy: 'choose another name' }))
}

/** DNS knows no capital letters. */
const consulName = (name: string): string => `the Consul name ${name.toLowerCase()}`
