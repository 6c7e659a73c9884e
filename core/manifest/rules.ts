import { cycle } from '../base/cycle.ts'
import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'
import { LONGEST_STAGE, logicalStem, RESERVED_SERVICES, tooLongNames } from '../base/name-rules.ts'
import { PLATFORM } from '../base/names.ts'
import { readNeed } from '../base/needed.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { architectureOf } from './architecture.ts'
import { kafkaProblems } from './kafka-rules.ts'
import { limitProblems } from './limits.ts'
import { portProblems } from './port-rules.ts'
import { oneProcessor } from './processors.ts'
import { rights } from './rights.ts'
import { scheduleProblems } from './schedule.ts'

/** What a schema cannot express: rules about more than one value. */
export function manifestProblems(manifest: Manifest): Problem[] {
  const services = Object.entries(manifest.services)
  return [
    ...requirements(manifest),
    ...pinned(manifest),
    ...services.flatMap(([name, service]) => needs(manifest, name, service)),
    ...cycles(manifest),
    ...services.flatMap(([name, service]) => serviceProblems(manifest, name, service)),
    ...services.flatMap(([name, service]) => rights(manifest.app, name, service)),
    ...services.flatMap(([name, service]) => [
      ...portProblems(name, service),
      ...scheduleProblems(name, service),
    ]),
    ...routes(services),
    ...names(manifest),
    ...limitProblems(manifest),
    ...kafkaProblems(manifest),
  ]
}

function requirements({ app, requires }: Manifest): Problem[] {
  if (requires.includes(app))
    return [{ path: ['requires'], problem: `app ${app} requires itself`, remedy: 'remove it' }]
  if (app !== PLATFORM && !requires.includes(PLATFORM)) {
    return [
      {
        path: ['requires'],
        problem: 'platform is missing',
        remedy: 'every other app needs it: add platform',
      },
    ]
  }
  return []
}

function pinned({ app, upstream, services }: Manifest): Problem[] {
  const made = Object.keys(services).filter((name) => services[name]?.source !== undefined)
  return Object.keys(upstream?.digests ?? {})
    .filter((name) => !made.includes(name))
    .map((name) => ({
      path: ['upstream', 'digests', name],
      problem: `no service "${name}" with a source in app ${app}`,
      remedy: didYouMean(name, made),
    }))
}

function needs(manifest: Manifest, name: string, { needs: list }: ServiceSpec): Problem[] {
  const known = Object.keys(manifest.services).filter((other) => other !== name)
  return list.flatMap((need, index) => {
    const path = ['services', name, 'needs', index]
    if (list.indexOf(need) < index)
      return [{ path, problem: `"${need}" is there twice`, remedy: 'remove one' }]
    const { service, port } = readNeed(need)
    if (service === name) return [{ path, problem: `${name} needs itself`, remedy: 'remove it' }]
    const unknown = `no service "${service}" in app ${manifest.app}`
    if (!known.includes(service)) return [{ path, problem: unknown, remedy: didYouMean(service, known) }]
    const ports = Object.keys(manifest.services[service]?.ports ?? {})
    if (port === undefined || ports.includes(port)) return []
    const remedy = ports.length > 0 ? didYouMean(port, ports) : `write it in services.${service}.ports`
    return [{ path, problem: `${service} has no port "${port}"`, remedy }]
  })
}

function cycles(manifest: Manifest): Problem[] {
  const { services } = manifest
  const found = cycle(Object.keys(services), (name) =>
    (services[name]?.needs ?? []).map((need) => readNeed(need).service),
  )
  const [first = ''] = found ?? []
  // A service that needs itself has its own message.
  if (!found || found.length === 2) return []
  return [
    {
      path: ['services', first, 'needs'],
      problem: `the needs form a cycle: ${found.join(' -> ')}`,
      remedy: 'remove one of these needs, so that one service can start first',
    },
  ]
}

function serviceProblems(manifest: Manifest, name: string, service: ServiceSpec): Problem[] {
  const at = (...path: string[]) => ['services', name, ...path]
  const problems: Problem[] = []
  const { count, cpus, expose, instanceType, kind, port, protocol, secrets, strategy } = service
  if (count.min > count.max) {
    problems.push({
      path: at('count'),
      problem: `min ${count.min} is above max ${count.max}`,
      remedy: 'swap them',
    })
  }
  if (cpus !== undefined && oneProcessor(instanceType) === 'cannot') {
    problems.push({
      path: at('cpus'),
      problem: `an instance of type ${instanceType} cannot have one processor`,
      remedy: `choose a type such as ${architectureOf(instanceType) === 'arm64' ? 't4g.small' : 't3.small'}`,
    })
  }
  if (expose && port === undefined) {
    problems.push({
      path: at('expose'),
      problem: 'an exposed service needs a port',
      remedy: `give services.${name}.port`,
    })
  }
  if (expose && protocol !== 'http') {
    problems.push({
      path: at('expose'),
      problem: `the gateway serves http, not ${protocol}`,
      remedy: 'expose an http service in front of it',
    })
  }
  for (const variable of Object.keys(secrets).filter((key) => key in service.env)) {
    problems.push({ path: at('secrets', variable), problem: 'is in env too', remedy: 'keep one of the two' })
  }
  if (kind === 'consulserver' && (manifest.app !== PLATFORM || name !== 'consul')) {
    problems.push({
      path: at('kind'),
      problem: 'only the service consul of the platform holds the catalog',
      remedy: 'remove kind',
    })
  }
  if (kind === 'consulserver' && service.replaceAfter !== undefined) {
    problems.push({
      path: at('replaceAfter'),
      problem: 'Consul servers are not replaced for a failing check',
      remedy: 'remove it',
    })
  }
  if (kind === 'service' && strategy === 'quorum') {
    problems.push({ path: at('strategy'), problem: 'quorum is for Consul servers', remedy: 'use surge' })
  }
  return problems
}

function routes(services: [string, ServiceSpec][]): Problem[] {
  const seen = new Map<string, string>()
  return services.flatMap(([name, { expose }]) => {
    if (!expose) return []
    const kinds: [string, string][] = [
      [`listener port ${expose.port}`, 'port'],
      [`route ${expose.host}${expose.path}`, 'host'],
    ]
    return kinds.flatMap(([route, key]) => {
      const other = seen.get(route)
      if (other === undefined) {
        seen.set(route, name)
        return []
      }
      const path = ['services', name, 'expose', key]
      return [{ path, problem: `${route} is taken by services.${other}`, remedy: `choose another ${key}` }]
    })
  })
}

function names({ app, services }: Manifest): Problem[] {
  const stems = new Map<string, string>()
  const stage = 'x'.repeat(LONGEST_STAGE)
  return Object.keys(services).flatMap((service) => {
    const path = ['services', service]
    const long = tooLongNames(stage, app, service).map(({ kind, name, limit }) => ({
      path,
      problem: `${kind} would be named with ${name.length} characters, AWS allows ${limit}`,
      remedy: 'shorten the name of the app or of the service',
    }))
    if (RESERVED_SERVICES.includes(service) && !(app === PLATFORM && service === 'consul')) {
      long.push({ path, problem: `the name ${service} is reserved`, remedy: 'choose another name' })
    }
    const stem = logicalStem(service)
    const other = stems.get(stem)
    if (other !== undefined) {
      const problem = `${service} and ${other} both become ${stem} in the templates`
      long.push({ path, problem, remedy: 'choose a name that differs in more than dashes' })
    }
    stems.set(stem, service)
    return long
  })
}
