import type { Resource } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { PLATFORM } from '../base/names.ts'
import { knownKeys } from '../base/schema-keys.ts'
import { type Problem, refuse, schemaProblems } from '../base/schema-problems.ts'
import type { YamlDocument } from '../base/yaml-document.ts'
import { blindChecks } from '../definition/blind-checks.ts'
import { parseDefinition } from '../definition/definition.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { complete } from '../manifest/complete.ts'
import { manifestProblems } from '../manifest/rules.ts'
import { deletionWarnings, typesOf } from '../template/app-folder.ts'
import { unknownReferences } from '../template/app-references.ts'
import { checkedResources, type WrittenResources } from '../template/app-resources.ts'
import { badAttachments } from '../template/attached-targets.ts'
import { groupId } from '../template/groups.ts'
import { derivedDefinition } from './derived-definition.ts'
import { readDocument } from './document.ts'
import { type ImageName, imageName } from './image-name.ts'
import { type Locate, locate, relocated } from './places.ts'
import { type RawSpec, specSchema } from './spec-schema.ts'

/** A whole app in one document, read and checked by itself. */
export interface Spec {
  manifest: Manifest
  resources: Record<string, unknown>
  written: WrittenResources
  images: Record<string, ImageName>
  /** The text of each service's definition; null for one that is not discovered. */
  texts: Record<string, string | null>
  definitions: Record<string, ServiceDefinition[]>
  /** Where each definition is. */
  places: Record<string, string[]>
  /** `./app.yml:7: services.web` for a path in it. */
  at: Locate
  warnings: string[]
}

/**
 * Reads a spec as strictly as a push reads an app's folder.
 * @param place the file, or `body`
 * @throws {InvalidInput} with one sentence per problem: `./app.yml:12: services.web.port: …; do …`
 */
export function readSpec(bytes: Uint8Array, place: string): Spec {
  const document = readDocument(bytes, place)
  const raw = parsed(document, place)
  const manifest = manifestOf(raw)
  refuse([...ofPlatform(raw), ...manifestProblems(manifest)], place, document)
  const at = locate(document, place)
  const { resources, written } = resourcesOf(raw, document, place)
  const own: Record<string, Resource> = Object(resources.Resources)
  const names = Object.keys(manifest.services)
  const faults = [
    ...unknownReferences(manifest, Object.keys(own)),
    ...badAttachments(own, names, `images/${manifest.app}/app.yml: resources`),
  ]
  if (faults.length > 0) throw relocated(InvalidInput.all(faults), manifest.app, at)
  const texts = each(names, (name) => definitionText(raw, manifest, name))
  const definitions = definitionsOf(texts, at)
  return {
    manifest,
    resources,
    written,
    images: each(names, (name) => imageName(raw.services[name]?.image ?? '') as ImageName),
    texts,
    definitions,
    places: each(names, (name) => (definitions[name] ?? []).map(() => at(['services', name, 'consul']))),
    at,
    warnings: [
      ...deletionWarnings(own, `${place}: resources.Resources`),
      ...names.flatMap((name) => blindChecks(definitions[name] ?? [], at(['services', name, 'consul']))),
    ],
  }
}

const each = <T>(names: readonly string[], part: (name: string) => T): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, part(name)]))

/** A text that is no spec at all may have a problem in each line. */
const MOST_TOLD = 50

/** Made when they are first wanted, which takes a while. */
let keys: ReturnType<typeof knownKeys> | undefined

function parsed(document: YamlDocument, place: string): RawSpec {
  const { value, written } = document
  const result = specSchema.safeParse(value)
  if (result.success) return result.data
  keys ??= knownKeys(specSchema)
  const problems = schemaProblems(result.error, value, keys, written)
  refuse(problems.slice(0, MOST_TOLD).map(explained), place, document)
  throw result.error
}

/** What an app.yml has and a spec has not, as it needs a checkout. */
function explained(problem: Problem): Problem {
  const key = String(problem.path.at(-1))
  if (problem.problem !== 'unknown key' || !(key === 'source' || key === 'upstream')) return problem
  const remedy = 'name an image that the stage has built, such as image: web/web'
  return { ...problem, problem: 'a spec builds nothing', remedy }
}

function manifestOf({ app, requires, services }: RawSpec): Manifest {
  const stripped = Object.entries(services).map(([name, { image: _image, consul: _consul, ...rest }]) => [
    name,
    rest,
  ])
  return complete({ app, requires, source: 'ours', services: Object.fromEntries(stripped) })
}

/** It brings keys and servers with it that a spec cannot say. */
const ofPlatform = ({ app }: RawSpec): Problem[] =>
  app === PLATFORM
    ? [{ path: ['app'], problem: `${PLATFORM} comes with Nanofleet`, remedy: 'choose another name' }]
    : []

function resourcesOf(
  { app, resources, services }: RawSpec,
  document: YamlDocument,
  place: string,
): Pick<Spec, 'resources' | 'written'> {
  if (resources === undefined) return { resources: {}, written: { types: [], check: () => {} } }
  const groups = Object.keys(services).map(groupId)
  const read = (schemas: Parameters<WrittenResources['check']>[0]) => {
    const written: YamlDocument['written'] = (path) => document.written(['resources', ...path])
    const { sections, problems } = checkedResources(app, resources, groups, schemas, written)
    const below = problems.map((problem) => ({ ...problem, path: ['resources', ...problem.path] }))
    refuse(below, place, document)
    return sections
  }
  const sections = read(new Map())
  return {
    resources: sections,
    written: { types: typesOf(Object(sections.Resources)), check: (schemas) => void read(schemas) },
  }
}

function definitionText({ services }: RawSpec, manifest: Manifest, name: string): string | null {
  const { consul } = services[name] ?? {}
  if (consul === false) return null
  const spec = manifest.services[name]
  const value = consul ?? (spec && derivedDefinition(name, spec))
  return value === undefined ? null : JSON.stringify(value, null, 2)
}

function definitionsOf(texts: Spec['texts'], at: Locate): Spec['definitions'] {
  const faults: InvalidInput[] = []
  const found = Object.entries(texts).map(([name, text]): [string, ServiceDefinition[]] => {
    try {
      return [name, text === null ? [] : parseDefinition(text, at(['services', name, 'consul']))]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      faults.push(error)
      return [name, []]
    }
  })
  if (faults.length > 0) throw InvalidInput.all(faults)
  return Object.fromEntries(found)
}
