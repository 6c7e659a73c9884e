import type { Sentences } from '../said.ts'
import { resolvePath, type Tree } from '../tree.ts'
import { type Fields, fields, isFields, list, text, texts, within } from '../values.ts'
import { emptyWorkload, type Source, type Workload } from '../workload.ts'
import { type ComposeFile, extended, readCompose } from './compose-files.ts'
import { MEANINGLESS, REFUSED, TAKEN, TOP_TAKEN } from './compose-keys.ts'
import {
  type Reading,
  takeBuild,
  takeCommands,
  takeConfigs,
  takeEnvironment,
  takeHealth,
  takePorts,
  takeResources,
  takeVolumes,
} from './service-parts.ts'

/** Files that include each other. */
const DEEPEST = 10

/**
 * Reads the services of a Compose file and of those that it includes.
 * @throws {InvalidInput} if the file cannot be read at all
 */
export function composeSource(tree: Tree, path: string, said: Sentences, depth = 0): Source {
  const file = readCompose(tree, path, said)
  const name = text(file.value.name) || undefined
  for (const key of Object.keys(file.value))
    if (!TOP_TAKEN.includes(key) && !key.startsWith('x-'))
      said.left(`${path}: ${key}`, 'is not part of an app', 'leave it out')
  const own = Object.keys(fields(file.value.services)).flatMap(
    (service) => readService(tree, file, service, said) ?? [],
  )
  const others = list(file.value.include).flatMap((each) => included(tree, file, each, said, depth))
  const workloads = [...own, ...others]
  const once = workloads.filter(
    ({ name }, index) => workloads.findIndex((one) => one.name === name) === index,
  )
  return { ...(name !== undefined && { name }), workloads: once }
}

function included(tree: Tree, file: ComposeFile, value: unknown, said: Sentences, depth: number): Workload[] {
  const paths = texts([text(value)]).concat(texts([within(value, 'path')].flat()))
  return paths.flatMap((written) => {
    const path = resolvePath(file.folder, written)
    if (path !== undefined && tree.text(path) !== undefined && depth < DEEPEST)
      return composeSource(tree, path, said, depth + 1).workloads
    said.left(`${file.path}: include ${written}`, 'cannot be read', 'run init on that file, with --app')
    return []
  })
}

function readService(tree: Tree, file: ComposeFile, name: string, said: Sentences): Workload | undefined {
  const place = `${file.path}: services.${name}`
  const service = extended(tree, file, name, said)
  if (Object.keys(service).length === 0) {
    said.left(place, 'says nothing', 'give it an image or a build')
    return undefined
  }
  const profiles = texts(service.profiles)
  if (profiles.length > 0) {
    said.left(place, `is started with the profile ${profiles.join(', ')} only`, 'make it an app of its own')
    return undefined
  }
  const workload = emptyWorkload(name, place)
  const image = text(service.image)
  if (image !== undefined && image !== '') workload.image = image
  workload.names = aliases(name, service)
  workload.needs = needs(service)
  const reading: Reading = { tree, file, said, place, service, workload }
  takeBuild(reading)
  takeCommands(reading)
  takeEnvironment(reading)
  takePorts(reading)
  takeHealth(reading)
  takeResources(reading)
  takeVolumes(reading)
  takeConfigs(reading)
  sayKeys(reading)
  return workload
}

/** The names under which Compose's DNS knows a service besides its own. */
function aliases(name: string, service: Fields): Workload['names'] {
  const networks = isFields(service.networks) ? Object.values(service.networks) : []
  const all = [
    text(service.container_name),
    text(service.hostname),
    ...networks.flatMap((network) => texts(fields(network).aliases)),
  ]
  return [...new Set(all)].flatMap((alias) =>
    alias === undefined || alias === name ? [] : [{ name: alias, ports: new Map() }],
  )
}

function needs(service: Fields): string[] {
  const { depends_on: depends, links } = service
  const named = isFields(depends) ? Object.keys(depends) : texts(depends)
  const linked = list(links).flatMap((link) => (text(link) ?? '').split(':')[0] || [])
  return [...new Set([...named, ...linked])]
}

/** One sentence for all keys that mean nothing here, and one for each that is missed. */
function sayKeys({ place, said, service }: Reading): void {
  const keys = Object.keys(service).filter((key) => !key.startsWith('x-') && !TAKEN.includes(key))
  const idle = keys.filter((key) => MEANINGLESS.includes(key))
  if (idle.length > 0) said.left(place, `${idle.join(', ')}: without meaning for an instance`)
  for (const key of keys.filter((each) => !MEANINGLESS.includes(each))) {
    const [why, instead] = (Object.hasOwn(REFUSED, key) ? REFUSED[key] : undefined) ?? [
      'is no key of the Compose Specification that is known here',
      'leave it out',
    ]
    said.left(`${place}.${key}`, why, instead)
  }
}
