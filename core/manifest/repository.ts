import * as z from 'zod'
import { isStageName, STAGE_NAME_RULE } from '../base/name-rules.ts'
import { DEFAULT_REGION, REGION_NAME } from '../base/partition.ts'
import { knownKeys, schemaFile } from '../base/schema-keys.ts'
import { refuse, schemaProblems } from '../base/schema-problems.ts'
import { readYaml } from '../base/yaml-document.ts'
import { serviceDefaultsSchema } from './schema.ts'

/** The file at the root of a repository of apps, by which commands find that root. */
export const REPOSITORY_FILE = 'nanofleet.yml'

/** What a repository sets for every service of its apps, as it was written. */
export type ServiceDefaults = Readonly<Record<string, unknown>>

/** What a stage chooses; a key that is absent has the value of serverless.yml. */
export type StageChoices = Readonly<Record<string, string | number | boolean | readonly string[]>>

export interface Repository {
  stages: Readonly<Record<string, StageChoices>>
  defaults: ServiceDefaults
}

const seconds = (most: number) =>
  z.int('is not a whole number').min(0, 'is below 0').max(most, `is above ${most}`)
const arn = z.string().regex(/^arn:[^:]+:/, 'is not an ARN')

/** The parameters of serverless.yml that are a person's choice; what they mean is written there. */
export const stageSchema = z
  .strictObject({
    region: z.string().regex(REGION_NAME, `is not an AWS region such as ${DEFAULT_REGION}`),
    zones: z
      .array(z.string().regex(/^[a-z0-9-]+[a-z]$/, `is not the name of a zone such as ${DEFAULT_REGION}a`))
      .min(2, 'are fewer than two')
      .max(3, 'are more than three'),
    vpcCidr: z.string().regex(/^\d+\.\d+\.0\.0\/16$/, 'is not a /16 network such as 10.77.0.0/16'),
    domain: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'is not a domain such as example.com'),
    certificateArn: arn,
    portListeners: z.boolean(),
    consulUiSources: z.string(),
    drainSeconds: seconds(3600),
    serverDrainSeconds: seconds(240),
    startSeconds: seconds(86_400),
    accessLogs: z.boolean(),
    flowLogs: z.enum(['REJECT', 'ALL', 'ACCEPT', '']),
    deletionProtection: z.boolean(),
    webAclArn: arn,
    logRetentionDays: z.int('is not a whole number').min(1, 'is below 1'),
    alarmEmail: z.string().regex(/^\S+@\S+$/, 'is not an e-mail address'),
    architecture: z.enum(['x86_64', 'arm64']),
    functionArchitecture: z.enum(['x86_64', 'arm64']),
  })
  .partial()

const stageName = z
  .string()
  .refine(isStageName, `is not a stage name: ${STAGE_NAME_RULE}`)
  .refine((name) => name !== 'local', 'is the local region, which the variables of docs/local-region.md set')

const repositorySchema = z.strictObject({
  stages: z.record(stageName, stageSchema).optional().describe('Copies of everything on AWS, by their names'),
  defaults: serviceDefaultsSchema.optional().describe('What every service has that does not say otherwise'),
})

/**
 * Reads a repository's `nanofleet.yml`; an empty file sets nothing.
 * @throws {InvalidInput} with one sentence per problem: `nanofleet.yml:3: stages.dev.regoin: unknown key; …`
 */
export function parseRepository(text: string): Repository {
  const document = readYaml(text, REPOSITORY_FILE)
  const value = document.value ?? {}
  const parsed = repositorySchema.safeParse(value)
  if (!parsed.success) {
    const problems = schemaProblems(parsed.error, value, knownKeys(repositorySchema), document.written)
    refuse(problems, REPOSITORY_FILE, document)
    throw parsed.error
  }
  // As it was written: an app's own schema reads the defaults, with those of the app.
  const { defaults = {}, stages = {} } = value as Partial<Repository>
  return { stages, defaults }
}

/** A manifest as it was read, with the defaults below what its services say; variables merge by name. */
export function withDefaults(manifest: unknown, defaults: ServiceDefaults): unknown {
  const services = isObject(manifest) && manifest.services
  if (!isObject(services) || Object.keys(defaults).length === 0) return manifest
  const filled = Object.entries(services).map(([name, service]) => [name, filledIn(service, defaults)])
  return { ...(manifest as object), services: Object.fromEntries(filled) }
}

function filledIn(service: unknown, defaults: ServiceDefaults): unknown {
  if (!isObject(service)) return service
  const both = isObject(defaults.env) && (service.env === undefined || isObject(service.env))
  return {
    ...defaults,
    ...service,
    ...(both && { env: { ...Object(defaults.env), ...Object(service.env) } }),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The text of `schemas/nanofleet.schema.json`, which editors use for `nanofleet.yml`. */
export function publishedRepositorySchema(): string {
  return schemaFile(repositorySchema, {
    title: 'Nanofleet repository',
    description: 'nanofleet.yml at the root of a repository of apps; see docs/your-own-repository.md',
  })
}
