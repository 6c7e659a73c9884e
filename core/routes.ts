import { sha256 } from './canonical.ts'
import { InvalidInput } from './errors.ts'
import type { Manifest } from './manifest-types.ts'
import { appStack, serviceStack } from './names.ts'

/** Paths with more parts are asked first; each depth has a band of priorities. 1 to 50000 are possible. */
const DEEPEST = 9
const BAND = 5000

/**
 * The priority of a host rule on the shared listener: the same for the same route in every deployment, and
 * smaller, so earlier, the deeper its path is.
 */
export function rulePriority({ host, path }: { service?: string; host: string; path: string }): number {
  const depth = Math.min(DEEPEST, path.split('/').filter((part) => part !== '').length)
  const place = Number.parseInt(sha256(`${host}${path}`).slice(0, 8), 16) % (BAND - 1)
  return (DEEPEST - depth) * BAND + 1 + place
}

interface Claim {
  thing: string
  place: string
  remedy: string
}

/**
 * Refuses apps that cannot stand side by side in one stage: two services on one listener port or on one host
 * and path, or two stacks of one name.
 * @throws {InvalidInput} with one sentence per clash
 */
export function refuseClashes(manifests: readonly Manifest[]): void {
  const problems = clashes(manifests)
  if (problems.length > 0) throw InvalidInput.all(problems)
}

/** The clashes between services of several apps, in the order of the apps. */
export function clashes(manifests: readonly Manifest[]): InvalidInput[] {
  const taken = new Map<string, string>()
  return manifests.flatMap(claims).flatMap(({ thing, place, remedy }) => {
    const other = taken.get(thing)
    if (other === undefined) {
      taken.set(thing, place)
      return []
    }
    return [new InvalidInput(place, `${thing} is taken by ${other}`, remedy)]
  })
}

function claims({ app, services }: Manifest): Claim[] {
  const file = `images/${app}/app.yml`
  const stack = { thing: `the stack name ${appStack('<stage>', app)}`, place: file, remedy: 'rename the app' }
  return [
    stack,
    ...Object.entries(services).flatMap(([service, { expose }]): Claim[] => {
      const place = `${file}: services.${service}`
      const name = `the stack name ${serviceStack('<stage>', app, service)}`
      const own = { thing: name, place, remedy: 'rename the service' }
      if (!expose) return [own]
      const at = `${place}.expose`
      const remedy = 'choose another host or path'
      return [
        own,
        { thing: `listener port ${expose.port}`, place: `${at}.port`, remedy: 'choose another port' },
        { thing: `route ${expose.host}${expose.path}`, place: `${at}.host`, remedy },
        { thing: `listener priority ${rulePriority(expose)}`, place: `${at}.host`, remedy },
      ]
    }),
  ]
}
