import { InvalidInput } from '../base/errors.ts'
import type { Expose, Manifest } from '../base/manifest-types.ts'
import { appStack, serviceStack } from '../base/names.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { rulePriority } from '../manifest/routes.ts'
import { UI_HOST } from './public-ui.ts'

/** What two apps can clash about. */
export interface Tenant {
  manifest: Manifest
  definitions: Record<string, ServiceDefinition[]>
  /** Where each name of each definition is, if its text is available. */
  places?: Record<string, string[]>
}

/** Something that a stage has only once. */
interface Claim {
  thing: string
  place: string
  remedy: string
}

/**
 * Refuses apps that cannot coexist in one stage: two services on one listener port, on one host and path or
 * under one Consul name, or two stacks with one name.
 * @param others apps that were there before: they are not to blame for a clash, nor for one among themselves
 * @throws {InvalidInput} with one sentence per clash
 */
export function refuseClashes(apps: readonly Tenant[], others: readonly Tenant[] = []): void {
  const problems = clashes(apps, others)
  if (problems.length > 0) throw InvalidInput.all(problems)
}

/** The clashes between services of several apps, in the order of the apps. */
export function clashes(apps: readonly Tenant[], others: readonly Tenant[] = []): InvalidInput[] {
  const taken = new Map([
    // The servers register themselves under this name.
    [consulName('consul'), 'the Consul servers'],
    [UI, UI_OWNER],
    [listenerPriority({ host: UI_HOST, path: '/' }), UI_OWNER],
  ])
  const all = (some: readonly Tenant[]) => some.flatMap((app) => [...claims(app), ...consulNames(app)])
  for (const { thing, place } of all(others)) if (!taken.has(thing)) taken.set(thing, place)
  const blamed = new Set<string>()
  return all(apps).flatMap(({ thing, place, remedy }) => {
    const other = taken.get(thing)
    if (other === undefined) taken.set(thing, place)
    // Equal routes have equal places among the rules, too: one sentence is enough.
    if (other === undefined || blamed.has(place)) return []
    blamed.add(place)
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

/** Several services may share a host with different paths; the user interface's host is for it alone. */
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

/** A number that follows from host and path; that two of them get one is rare, and no fault of theirs. */
const listenerPriority = (route: Pick<Expose, 'host' | 'path'>): string =>
  `the place of its route among the load balancer's rules (number ${rulePriority(route)}, which follows from host and path)`

/** Within one app several services may share a name; DNS would mix those of two apps. */
function consulNames({ manifest: { app }, definitions, places }: Tenant): Claim[] {
  const found = new Map<string, string>()
  for (const [service, services] of Object.entries(definitions)) {
    for (const [index, { Name }] of services.entries()) {
      const thing = consulName(Name)
      const place = places?.[service]?.[index] ?? `images/${app}/${service}/consul.json`
      if (!found.has(thing)) found.set(thing, place)
    }
  }
  return [...found].map(([thing, place]) => ({ thing, place, remedy: 'choose another name' }))
}

/** DNS ignores case. */
const consulName = (name: string): string => `the Consul name ${name.toLowerCase()}`
