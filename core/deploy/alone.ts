import { type AppBundle, bundleDigest } from '../base/bundle.ts'
import { canonicalJson } from '../base/canonical.ts'
import { references } from '../base/cloudformation.ts'
import { InvalidInput } from '../base/errors.ts'
import type { KafkaSpec, Manifest } from '../base/manifest-types.ts'
import { readNeed } from '../base/needed.ts'
import { didYouMean } from '../base/suggest.ts'
import { manifestProblems } from '../manifest/rules.ts'
import { attachedTargets } from '../template/attached-targets.ts'
import { groupId } from '../template/groups.ts'
import { entriesOf, hangingTogether, usedBy } from '../template/hanging-together.ts'
import type { App } from '../template/parsed-app.ts'

const PLACE = 'input of deploy: services'

/** An app as it runs, with some services as they were pushed. */
export interface Alone {
  app: App
  /** What was pushed otherwise and waits for a deployment of the whole app, a few words each. */
  left: string[]
}

/** @throws {InvalidInput} for a service that the app does not have */
export function refuseUnknownServices(
  { app, services }: Pick<Manifest, 'app' | 'services'>,
  chosen: readonly string[],
): void {
  const known = Object.keys(services)
  const unknown = chosen.find((service) => !known.includes(service))
  if (unknown === undefined) return
  const problem = `the app ${app}, as it was pushed, has no service "${unknown}"`
  throw new InvalidInput(PLACE, problem, didYouMean(unknown, known))
}

/**
 * The app that a deployment of some services brings up: each of them as it was pushed, all others as they
 * run. Of the app's own resources it takes those that hang together with what the chosen services use.
 * Nothing is removed. What is recorded is a bundle like any other.
 * @param running the app as in its current release; absent before the first one
 * @throws {InvalidInput} if they do not fit what runs
 */
export function aloneApp(pushed: App, running: App | undefined, chosen: readonly string[]): Alone {
  const { manifest } = pushed.bundle
  refuseUnknownServices(manifest, chosen)
  const bundle = mixed(pushed.bundle, running?.bundle, chosen)
  refuseAbsentNeeds(bundle.manifest, chosen)
  refuseAbsentTargets(bundle, manifest)
  refuseMisfit(bundle.manifest, chosen)
  // The same content as another version of Nanofleet wrote it would have another digest.
  const same = running && canonicalJson(running.bundle) === canonicalJson(bundle)
  const definitions = mix(pushed.definitions, running?.definitions, chosen)
  const app = same ? running : { digest: bundleDigest(bundle), bundle, definitions }
  return { app, left: leftOut(pushed.bundle, bundle) }
}

const pick = <T>(of: Record<string, T>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(Object.entries(of).filter(([name]) => names.includes(name)))

const mix = <T>(
  pushed: Record<string, T>,
  running: Record<string, T> | undefined,
  chosen: readonly string[],
): Record<string, T> => ({ ...running, ...pick(pushed, chosen) })

function mixed(pushed: AppBundle, running: AppBundle | undefined, chosen: readonly string[]): AppBundle {
  const services = mix(pushed.manifest.services, running?.manifest.services, chosen)
  const { upstream, kafka: _topics, resources: _file, ...manifest } = pushed.manifest
  const kafka = mixedKafka(pushed.manifest, running?.manifest, chosen)
  const file = pushed.manifest.resources ?? running?.manifest.resources
  const made = Object.keys(services).filter((name) => services[name]?.source !== undefined)
  return {
    format: 1,
    manifest: {
      ...manifest,
      requires: [...new Set([...manifest.requires, ...(running?.manifest.requires ?? [])])],
      ...(file !== undefined && { resources: file }),
      ...(upstream && { upstream: { ...upstream, digests: pick(upstream.digests, made) } }),
      ...(kafka && { kafka }),
      services,
    },
    resources: running ? mixedResources(pushed, running, chosen) : pushed.resources,
    services: mix(pushed.services, running?.services, chosen),
  }
}

/**
 * Topics of the chosen services as pushed, all others as they are.
 * @throws {InvalidInput} for another cluster, to which the others would not move
 */
function mixedKafka(
  pushed: Manifest,
  running: Manifest | undefined,
  chosen: readonly string[],
): KafkaSpec | undefined {
  const used = chosen.flatMap((service) => {
    const { read = [], write = [] } = pushed.services[service]?.kafka ?? {}
    return [...read, ...write]
  })
  if (!running || !pushed.kafka || used.length === 0) return running ? running.kafka : pushed.kafka
  const { cluster, topics } = pushed.kafka
  if (running.kafka && running.kafka.cluster !== cluster)
    throw new InvalidInput(
      PLACE,
      `the app's topics move from the cluster ${running.kafka.cluster} to ${cluster}`,
      'leave services out to deploy the whole app',
    )
  return { cluster, topics: { ...running.kafka?.topics, ...pick(topics, used) } }
}

function mixedResources(
  pushed: AppBundle,
  running: AppBundle,
  chosen: readonly string[],
): AppBundle['resources'] {
  const used = chosen.flatMap((service) => usedBy(pushed.resources, pushed.manifest, service))
  const taken = hangingTogether(pushed.resources, used)
  const sections = Object.keys({ ...running.resources, ...pushed.resources }).map((section) => {
    const all = Object.entries(Object(pushed.resources[section]))
    const young = Object.fromEntries(all.filter(([name]) => taken.has(`${section}.${name}`)))
    return [section, { ...Object(running.resources[section]), ...young }] as const
  })
  return Object.fromEntries(
    sections.filter(([section, entries]) => section in running.resources || Object.keys(entries).length > 0),
  )
}

/** A need that only a deployment of more services can meet has a sentence of its own. */
function refuseAbsentNeeds(mixed: Manifest, chosen: readonly string[]): void {
  for (const service of chosen)
    for (const need of mixed.services[service]?.needs ?? []) {
      const { service: other, port } = readNeed(need)
      const there = mixed.services[other]
      if (there && (port === undefined || port in (there.ports ?? {}))) continue
      const what = there ? `which ${other} does not have as it runs` : 'which is not deployed'
      throw new InvalidInput(
        PLACE,
        `${service} needs ${need}, ${what}`,
        `name ${other} too, or leave services out to deploy the whole app`,
      )
    }
}

/** Resources that hang together with a chosen service may be made for one that does not run. */
function refuseAbsentTargets({ manifest, resources }: AppBundle, pushed: Manifest): void {
  const absent = Object.keys(pushed.services).filter((service) => !(service in manifest.services))
  const attached = attachedTargets(Object(resources.Resources))
  for (const service of absent)
    for (const [key, entry] of entriesOf(resources)) {
      const [, name = ''] = key.split('.')
      const isTarget = attached.some((each) => each.service === service && each.resource === name)
      if (!isTarget && !references(entry).has(groupId(service))) continue
      throw new InvalidInput(
        PLACE,
        `the resource ${name} is made for ${service}, which is not deployed`,
        `name ${service} too, or leave services out to deploy the whole app`,
      )
    }
}

function refuseMisfit(mixed: Manifest, chosen: readonly string[]): void {
  const problems = manifestProblems(mixed)
  if (problems.length === 0) return
  const remedy = 'name the others too, or leave services out to deploy the whole app'
  throw InvalidInput.all(
    problems.map(
      ({ path, problem }) =>
        new InvalidInput(
          `${mixed.app} as it runs, with ${chosen.join(', ')} as pushed: ${path.join('.')}`,
          problem,
          remedy,
        ),
    ),
  )
}

/** What of a push is not in the mixture. */
function leftOut(pushed: AppBundle, mixed: AppBundle): string[] {
  const services = ({ manifest, services }: AppBundle): Map<string, unknown> =>
    new Map(Object.entries(manifest.services).map(([name, spec]) => [name, [spec, services[name]]]))
  const resources = (bundle: AppBundle): Map<string, unknown> =>
    new Map([...entriesOf(bundle.resources)].filter(([key]) => key.startsWith('Resources.')))
  return [
    ...differences(services(pushed), services(mixed)),
    ...differences(resources(pushed), resources(mixed)).map((text) => text.replace('Resources.', '')),
  ]
}

function differences(pushed: ReadonlyMap<string, unknown>, mixed: ReadonlyMap<string, unknown>): string[] {
  return [...new Set([...pushed.keys(), ...mixed.keys()])].sort().flatMap((name) => {
    const [young, old] = [pushed.get(name), mixed.get(name)]
    if (young === undefined) return `${name} (is removed)`
    if (old === undefined) return `${name} (is new)`
    return canonicalJson(young) === canonicalJson(old) ? [] : `${name} (was changed)`
  })
}
