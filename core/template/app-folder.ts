import type { ServiceBundle } from '../base/bundle.ts'
import type { Resource } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { didYouMean } from '../base/suggest.ts'
import { type NamedServices, namedServices } from '../definition/named-services.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { loaderOf } from '../manifest/job-loader.ts'
import { parseManifest } from '../manifest/manifest.ts'
import { parseOpsConfig } from '../manifest/ops-config.ts'
import type { ServiceDefaults } from '../manifest/repository.ts'
import { imageFolder } from '../manifest/upstream.ts'
import { unknownReferences } from './app-references.ts'
import { parseResources, type WrittenResources } from './app-resources.ts'
import { badAttachments } from './attached-targets.ts'
import { deletable } from './data-types.ts'
import { groupId } from './groups.ts'
import { kafkaFaults } from './kafka-cluster.ts'

/** The content of `images/<app>/`; each source's digest is added when it is archived. */
export interface AppPieces {
  manifest: Manifest
  resources: Record<string, unknown>
  /** The file that they are from. */
  written?: WrittenResources
  services: Record<string, Omit<ServiceBundle, 'source'>>
  /** Each service's definition, and where each name in it is. */
  definitions: Record<string, ServiceDefinition[]>
  places: Record<string, string[]>
  /** What has no effect in the services' config.json, a sentence each. */
  warnings: string[]
}

/**
 * Reads and checks an app's folder.
 * @param folder name of the folder below `images/`
 * @param files text of each file in it, by relative path: `app.yml`, `web/config.json`
 * @param defaults what the repository sets for all services
 * @throws {InvalidInput} with one sentence per problem of the manifest, or else of the services' files
 */
export function readApp(
  folder: string,
  files: ReadonlyMap<string, string>,
  defaults: ServiceDefaults = {},
): AppPieces {
  const root = `images/${folder}`
  const text = files.get('app.yml')
  if (text === undefined) {
    throw new InvalidInput(root, 'has no app.yml', 'write one; docs/manifest.md says what it holds')
  }
  const manifest = parseManifest(text, `${root}/app.yml`, defaults)
  if (manifest.app !== folder) {
    const remedy = `call the app ${folder} or rename the folder to ${manifest.app}`
    throw new InvalidInput(`${root}/app.yml: app`, `"${manifest.app}" is not the name of its folder`, remedy)
  }
  const names = Object.keys(manifest.services)
  const written = resourcesFile(root, manifest, files)
  const parsed = (schemas?: Parameters<WrittenResources['check']>[0]) =>
    written ? parseResources(manifest.app, written.text, written.place, names.map(groupId), schemas) : {}
  const resources = parsed()
  const own: Record<string, Resource> = Object(resources.Resources)
  const faults = [
    ...unknownReferences(manifest, Object.keys(own)),
    ...kafkaFaults(manifest, own, `${root}/${manifest.resources}`),
    ...badAttachments(own, names, `${root}/${manifest.resources}`),
  ]
  if (faults.length > 0) throw InvalidInput.all(faults)
  const services = allOf(names, (name) => readService(root, manifest, name, files))
  const each = <T>(part: (service: ReadService) => T): Record<string, T> =>
    Object.fromEntries(services.map(([name, service]) => [name, part(service)]))
  return {
    manifest,
    resources,
    ...(written && { written: { types: typesOf(own), check: parsed } }),
    services: each(({ definition, config }) => ({ definition, config })),
    definitions: each(({ named }) => named.services),
    places: each(({ named }) => named.places),
    warnings: [
      ...deletionWarnings(own, `${root}/${manifest.resources}: Resources`),
      ...services.flatMap(([, { warnings }]) => warnings),
    ],
  }
}

/** What holds data, and its file lets CloudFormation delete it. */
export const deletionWarnings = (own: Record<string, Resource>, place: string): string[] =>
  deletable(own).map(
    ({ name, policy }) =>
      `${place}.${name}: with ${policy} Delete, CloudFormation alone can delete what it holds; ` +
      'leave the policy out to be asked first',
  )

/** Reads each service, so that one pass tells what is wrong with all of them. */
function allOf<T>(names: readonly string[], read: (name: string) => T): (readonly [string, T])[] {
  const faults: InvalidInput[] = []
  const found = names.flatMap((name) => {
    try {
      return [[name, read(name)] as const]
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      faults.push(error)
      return []
    }
  })
  if (faults.length > 0) throw InvalidInput.all(faults)
  return found
}

type ReadService = Omit<ServiceBundle, 'source'> & { named: NamedServices; warnings: string[] }

export const typesOf = (resources: Record<string, Resource>): string[] => [
  ...new Set(Object.values(resources).map(({ Type }) => Type)),
]

function resourcesFile(
  root: string,
  manifest: Manifest,
  files: ReadonlyMap<string, string>,
): { text: string; place: string } | undefined {
  const { resources } = manifest
  if (resources === undefined) return undefined
  const text = files.get(resources)
  if (text === undefined) {
    const known = [...files.keys()].filter((path) => /\.(ya?ml|json)$/.test(path) && path !== 'app.yml')
    throw new InvalidInput(
      `${root}/app.yml: resources`,
      `no file ${root}/${resources}`,
      didYouMean(resources, known),
    )
  }
  return { text, place: `${root}/${resources}` }
}

function readService(
  root: string,
  manifest: Manifest,
  name: string,
  files: ReadonlyMap<string, string>,
): ReadService {
  const folder = `${root}/${name}`
  const paths = [...files.keys()]
  if (!paths.some((path) => path.startsWith(`${name}/`))) {
    const folders = [
      ...new Set(paths.filter((path) => path.includes('/')).map((path) => path.replace(/\/.*/, ''))),
    ]
    throw new InvalidInput(
      `${root}/app.yml: services.${name}`,
      `no folder ${folder}`,
      didYouMean(name, folders),
    )
  }
  const image = imageFolder(manifest, name)
  const config = files.get(`${image}/config.json`)
  if (config === undefined) {
    const remedy = 'write the configuration of ops; {"Program": "/app/program"} is the least'
    throw new InvalidInput(`${root}/${image}`, 'has no config.json', remedy)
  }
  const { definition, place } = readDefinition(root, name, files)
  const named = definition === null ? { services: [], places: [] } : namedServices(definition, place)
  const read = parseOpsConfig(config, `${root}/${image}/config.json`)
  if (manifest.services[name]?.schedule)
    loaderOf(manifest, name, read.config, `${root}/app.yml: services.${name}`)
  return { definition, named, ...read }
}

/** The definition of a service; one in HCL has been read by now, and its text is the same in JSON. */
function readDefinition(
  root: string,
  name: string,
  files: ReadonlyMap<string, string>,
): { definition: string | null; place: string } {
  const [json, hcl] = [`${name}/consul.json`, `${name}/consul.hcl`]
  const definition = files.get(json) ?? files.get(hcl) ?? null
  if (files.has(json) && files.has(hcl))
    throw new InvalidInput(`${root}/${hcl}`, 'says the same as consul.json', 'keep one of the two')
  const other = [...files.keys()].find(
    (path) => path.startsWith(`${name}/`) && /^[^/]+\/[^/]+\.hcl$/.test(path),
  )
  if (other !== undefined && definition === null)
    throw new InvalidInput(`${root}/${other}`, 'is not read', `call it ${root}/${hcl}`)
  return { definition, place: `${root}/${files.has(json) ? json : hcl}` }
}
