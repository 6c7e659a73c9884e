import * as z from 'zod'
import { type AppBundle, bundleDigest } from '../base/bundle.ts'
import { InvalidInput } from '../base/errors.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { type Problem, schemaProblems } from '../base/schema-problems.ts'
import { BadDefinition, parseDefinition } from '../definition/definition.ts'
import type { ServiceDefinition } from '../definition/schema.ts'
import { completeStored } from '../manifest/complete.ts'
import { opsConfigSchema } from '../manifest/ops-config.ts'
import { manifestProblems } from '../manifest/rules.ts'
import { storedManifestSchema } from '../manifest/schema.ts'
import { groupId } from './groups.ts'
import { resourceProblems } from './own-resources.ts'
import { resourceSections } from './resource-sections.ts'

/** An app as the control plane uses it: its bundle, read and checked once, where it came in. */
export interface App {
  /** SHA-256 of the bundle, its key in the bucket. */
  digest: string
  /** As it was pushed. The texts of its definitions go to Parameter Store; nothing here parses them again. */
  bundle: AppBundle
  /** What Consul gets for each service; empty for one that is not discovered. */
  definitions: Record<string, ServiceDefinition[]>
}

/** The closed schema of a stored bundle. */
const bundleSchema = z.strictObject({
  format: z.literal(1),
  manifest: storedManifestSchema,
  resources: resourceSections,
  services: z.record(
    z.string(),
    z
      .strictObject({
        definition: z.string().nullable(),
        config: opsConfigSchema,
        source: z.exactOptional(z.string().regex(/^[0-9a-f]{64}$/, 'is not a SHA-256')),
        image: z.exactOptional(
          z.strictObject({
            imageId: z.string().regex(/^ami-[0-9a-f]+$/, 'is not the id of an image'),
            hash: z.string().min(1),
            of: z.string().min(1),
          }),
        ),
        consul: z.exactOptional(z.string().regex(/^\d+\.\d+\.\d+/, 'is not a version such as 1.22.6')),
      })
      .refine(({ source, image }) => (source === undefined) !== (image === undefined), {
        path: ['source'],
        message: 'and image: it has one of the two',
      }),
  ),
})

/** A stored bundle is wrong if another version of Nanofleet, or somebody else, wrote it. */
const REMEDY = 'push the app again, and deploy it where it is deployed'

/** A bundle as it came out of the bucket. */
export interface StoredBundle {
  app: string
  digest: string
  value: unknown
  /** Where it was read from, such as `s3://bucket/apps/web/<digest>.json`. */
  place: string
}

/**
 * Checks a stored bundle with those rules of a push that concern one app.
 * @throws {InvalidInput} with one sentence per problem
 */
export function parseApp({ app, digest, value, place }: StoredBundle): App {
  const parsed = bundleSchema.safeParse(value)
  if (!parsed.success) {
    refuse(
      schemaProblems(parsed.error, value, () => []),
      place,
    )
    throw parsed.error
  }
  const { data } = parsed
  const manifest = completeStored(data.manifest)
  const below = (part: string) => (problem: Problem) => ({ ...problem, path: [part, ...problem.path] })
  const groups = Object.keys(manifest.services).map(groupId)
  const problems = [
    ...manifestProblems(manifest).map(below('manifest')),
    ...resourceProblems(manifest.app, data.resources, groups).map(below('resources')),
  ]
  refuse([...problems, ...misfits(app, manifest, Object.keys(data.services))], place)
  const bundle = { ...data, manifest }
  try {
    return {
      digest,
      bundle,
      definitions: definitionsOf(bundle, (service) => `services.${service}.definition`),
    }
  } catch (cause) {
    if (!(cause instanceof BadDefinition)) throw cause
    throw new InvalidInput(place, cause.message, REMEDY, { cause })
  }
}

/**
 * An app of a bundle that has just been made.
 * @throws {BadDefinition} for a definition that cannot be registered
 */
export function parsedApp(bundle: AppBundle): App {
  const file = (service: string) => `images/${bundle.manifest.app}/${service}/consul.json`
  return { digest: bundleDigest(bundle), bundle, definitions: definitionsOf(bundle, file) }
}

function definitionsOf({ services }: AppBundle, place: (service: string) => string): App['definitions'] {
  return Object.fromEntries(
    Object.entries(services).map(([service, { definition }]) => [
      service,
      definition === null ? [] : parseDefinition(definition, place(service)),
    ]),
  )
}

function misfits(app: string, manifest: Manifest, services: string[]): Problem[] {
  const known = Object.keys(manifest.services)
  return [
    ...(manifest.app === app
      ? []
      : [{ path: ['manifest', 'app'], problem: `"${manifest.app}" is not the app ${app}` }]),
    ...known
      .filter((service) => !services.includes(service))
      .map((service) => ({ path: ['services', service], problem: 'is missing' })),
    ...services
      .filter((service) => !known.includes(service))
      .map((service) => ({ path: ['services', service], problem: 'is not a service of the manifest' })),
  ]
}

function refuse(problems: readonly Problem[], place: string): void {
  if (problems.length === 0) return
  throw InvalidInput.all(
    problems.map(
      ({ path, problem }) =>
        new InvalidInput([place, ...(path.length > 0 ? [path.join('.')] : [])].join(': '), problem, REMEDY),
    ),
  )
}
