import { InvalidInput } from '../../base/errors.ts'
import { yamlDocuments } from '../documents.ts'
import type { Sentences } from '../said.ts'
import { folderOf, inFolder, resolvePath, type Tree } from '../tree.ts'
import { type Fields, fields, isFields, list, text, within } from '../values.ts'
import { environmentFile, interpolate } from './interpolate.ts'

/** A Compose file with its variables filled in, and what its paths are relative to. */
export interface ComposeFile {
  path: string
  folder: string
  value: Fields
  /** Those of `.env` beside it. */
  variables: ReadonlyMap<string, string>
}

/**
 * Reads a Compose file. Variables are those of `.env` beside it: what a shell has would make the result
 * differ from one machine to another.
 * @throws {InvalidInput} if it is not YAML or has no map of services
 */
export function readCompose(tree: Tree, path: string, said: Sentences): ComposeFile {
  const source = tree.text(path)
  if (source === undefined) throw new InvalidInput(path, 'there is no such file', 'correct the path')
  const folder = folderOf(path)
  const documents = yamlDocuments(source, path)
  if (documents.length > 1) said.left(path, 'holds several documents, of which the first one is read')
  const variables = environmentFile(tree.text(inFolder(folder, '.env')) ?? '')
  const value = fill(documents[0], [], { path, variables, said })
  if (!isFields(value) || (value.services !== undefined && !isFields(value.services)))
    throw new InvalidInput(path, 'is not a Compose file', 'its services are a map under "services"')
  return { path, folder, value, variables }
}

interface Filling {
  path: string
  variables: ReadonlyMap<string, string>
  said: Sentences
}

function fill(value: unknown, keys: readonly string[], filling: Filling): unknown {
  if (Array.isArray(value)) return value.map((each, index) => fill(each, [...keys, String(index)], filling))
  if (isFields(value))
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => [key, fill(each, [...keys, key], filling)]),
    )
  if (typeof value !== 'string' || !value.includes('$')) return value
  const found = interpolate(value, filling.variables)
  const place = `${filling.path}: ${keys.join('.')}`
  for (const name of new Set(found.unset))
    filling.said.todo(
      place,
      `\${${name}} has no value and no default, so it is empty`,
      `set it in .env beside the file, or in app.yml`,
    )
  for (const name of new Set(found.required))
    filling.said.todo(
      place,
      `\${${name}} must be set and is not`,
      'set it in .env beside the file, or in app.yml',
    )
  if (found.wrong) filling.said.todo(place, 'has a $ that begins no variable', 'write $$ for a dollar')
  return found.text
}

/** Keys that a service has or has not; the rest of the two is merged ("extends", "Merge"). */
const REPLACED = ['command', 'entrypoint', 'healthcheck', 'image', 'build']
/** What a service does not take over from the one that it extends. */
const OWN = ['depends_on', 'links', 'volumes_from', 'profiles', 'container_name']
const DEEPEST = 10

/** A service with what it extends, in this file or another one. */
export function extended(tree: Tree, file: ComposeFile, name: string, said: Sentences, depth = 0): Fields {
  const own = fields(within(file.value, 'services', name))
  const extending = own.extends
  if (extending === undefined || extending === null) return own
  const place = `${file.path}: services.${name}.extends`
  const service = text(extending) ?? text(within(extending, 'service'))
  const other = text(within(extending, 'file'))
  if (service === undefined || depth > DEEPEST) {
    said.left(place, depth > DEEPEST ? 'leads in a circle' : 'names no service', 'write the keys in place')
    return own
  }
  const path = other === undefined ? file.path : resolvePath(file.folder, other)
  const from = path === file.path ? file : path === undefined ? undefined : opened(tree, path, said)
  if (!from || !isFields(within(from.value, 'services', service))) {
    said.left(place, `${other ?? file.path} has no service ${service}`, 'write the keys in place')
    return own
  }
  const base = rebased(extended(tree, from, service, said, depth + 1), from, file)
  const kept = Object.fromEntries(Object.entries(base).filter(([key]) => !OWN.includes(key)))
  return merged(kept, own)
}

function opened(tree: Tree, path: string, said: Sentences): ComposeFile | undefined {
  if (tree.text(path) === undefined) return undefined
  try {
    return readCompose(tree, path, said)
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error
    said.left(path, error.message)
    return undefined
  }
}

/** Paths of another file are relative to that file's folder. */
function rebased(service: Fields, from: ComposeFile, to: ComposeFile): Fields {
  if (from.folder === to.folder) return service
  const move = (written: string) => {
    const path = resolvePath(from.folder, written)
    const up = to.folder === '.' ? '' : '../'.repeat(to.folder.split('/').length)
    return path === undefined ? written : `./${up}${path}`
  }
  const build = typeof service.build === 'string' ? { context: service.build } : service.build
  const files = typeof service.env_file === 'string' ? [service.env_file] : service.env_file
  return {
    ...service,
    ...(isFields(build) && { build: { ...build, context: move(text(build.context) ?? '.') } }),
    ...(Array.isArray(files) && {
      env_file: files.map((each) => (typeof each === 'string' ? move(each) : each)),
    }),
  }
}

function merged(base: Fields, own: Fields): Fields {
  const keys = [...new Set([...Object.keys(base), ...Object.keys(own)])]
  return Object.fromEntries(keys.map((key) => [key, mergedValue(key, base[key], own[key])]))
}

function mergedValue(key: string, base: unknown, own: unknown): unknown {
  if (own === undefined || own === null) return base
  if (base === undefined || base === null || REPLACED.includes(key)) return own
  if (key === 'environment' || key === 'labels') return { ...pairs(base), ...pairs(own) }
  if (Array.isArray(base) && Array.isArray(own)) return [...base, ...own]
  return isFields(base) && isFields(own) ? merged(base, own) : own
}

/** A map, or a list of `NAME=value`; a name alone has the value null. */
export function pairs(value: unknown): Fields {
  if (isFields(value)) return value
  return Object.fromEntries(
    list(value).flatMap((each) => {
      const [, name, , rest] = /^([^=]+)(=([\s\S]*))?$/.exec(text(each) ?? '') ?? []
      return name === undefined ? [] : [[name, rest ?? null]]
    }),
  )
}
