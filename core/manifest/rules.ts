import { appActionsOf, isAppAction, isExistingAction, nearAction, SECRETS_PATH } from '../base/app-rights.ts'
import { cycle } from '../base/cycle.ts'
import type { Manifest, ServiceSpec } from '../base/manifest-types.ts'
import { LONGEST_STAGE, logicalStem, RESERVED_SERVICES, tooLongNames } from '../base/name-rules.ts'
import { PLATFORM } from '../base/names.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { architectureOf } from './architecture.ts'
import { kafkaProblems } from './kafka-rules.ts'
import { limitProblems } from './limits.ts'
import { oneProcessor } from './processors.ts'

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
    if (need === name) return [{ path, problem: `${name} needs itself`, remedy: 'remove it' }]
    if (known.includes(need)) return []
    return [{ path, problem: `no service "${need}" in app ${manifest.app}`, remedy: didYouMean(need, known) }]
  })
}

function cycles(manifest: Manifest): Problem[] {
  const { services } = manifest
  const found = cycle(Object.keys(services), (name) => services[name]?.needs ?? [])
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

/** What exists instead of secrets that are loaded for a program. */
export const READ_YOURSELF =
  'give the parameter by name in env and ssm:GetParameter on it in permissions, and read it in the program'

function serviceProblems(manifest: Manifest, name: string, service: ServiceSpec): Problem[] {
  const at = (...path: string[]) => ['services', name, ...path]
  const problems: Problem[] = []
  const { count, cpus, expose, instanceType, kind, port, protocol, secrets, source, strategy } = service
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
  if (Object.keys(secrets).length > 0 && source === undefined) {
    problems.push({
      path: at('secrets'),
      problem: 'nothing in such an image reads them',
      remedy: READ_YOURSELF,
    })
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

/** What would let a program do more than use data: the boundary of its role would refuse it at run time. */
function rights(app: string, name: string, { permissions, secrets }: ServiceSpec): Problem[] {
  const tooMuch = permissions.flatMap(({ actions }, index) =>
    actions.flatMap((action) => {
      const wrong = actionProblem(action)
      const path = ['services', name, 'permissions', index, 'actions', actions.indexOf(action)]
      return wrong ? [{ path, ...wrong }] : []
    }),
  )
  if (app === PLATFORM) return tooMuch
  const reads = (path: Problem['path']): Problem => ({
    path: ['services', name, ...path],
    problem: `/${SECRETS_PATH}/ holds the keys of the stage, which only the platform reads`,
    remedy: `keep the app's own secrets in parameters with another name`,
  })
  return [
    ...tooMuch,
    ...permissions.flatMap(({ resource }, index) =>
      JSON.stringify(resource).includes(SECRETS_PATH) ? [reads(['permissions', index, 'resource'])] : [],
    ),
    ...Object.entries(secrets).flatMap(([variable, parameter]) =>
      parameter.includes(SECRETS_PATH) ? [reads(['secrets', variable])] : [],
    ),
  ]
}

function actionProblem(action: string): Pick<Problem, 'problem' | 'remedy'> | undefined {
  const near = nearAction(action)
  const meant = near === undefined ? undefined : `did you mean "${near}"?`
  if (!isAppAction(action)) {
    // The nearest to a wildcard is no wildcard, and hardly what was meant.
    const remedy = (action.includes('*') ? undefined : meant) ?? instead(action)
    return { problem: `"${action}" is more than the program of an app may do`, remedy }
  }
  // One that resembles none may be younger than the list.
  if (isExistingAction(action) || meant === undefined) return undefined
  return { problem: `there is no action "${action}" in AWS`, remedy: meant }
}

function instead(action: string): string {
  const [service = ''] = action.split(':')
  const possible = appActionsOf(service)
  if (possible.length === 0) return 'remove it; docs/security.md lists what a program may do'
  return `name what it does: ${possible.join(', ')}`
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
