import * as z from 'zod'
import { LABEL } from '../base/name-rules.ts'
import { kafkaSchema, serviceKafkaSchema } from './kafka-schema.ts'
import { schedule, scheduleKeys } from './schedule-schema.ts'
import { secrets, variable } from './secrets-schema.ts'

export const label = z
  .string()
  .max(63, 'is longer than the 63 characters of a DNS label')
  .regex(LABEL, 'is not a name: small letters, digits and dashes, a letter first, no dash last')

const need = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?(:[a-z]([a-z0-9-]*[a-z0-9])?)?$/,
    'is neither the name of a service nor service:name for one of its further ports',
  )

const port = z
  .int('is not a whole number')
  .min(1024, 'is below 1024, which unikernels and the local region leave to the system; choose 1024 to 65535')
  .max(65535, 'is above 65535')

/** The Auto Scaling group's own limits: wide, so that a scale never needs a new template. */
export const GROUP_LIMITS = { min: 0, max: 100 } as const

const size = z
  .int('is not a whole number')
  .min(GROUP_LIMITS.min, 'is below 0')
  .max(GROUP_LIMITS.max, `is above ${GROUP_LIMITS.max}, the size limit of a group`)

const count = z
  .union(
    [size, z.strictObject({ min: size, max: size })],
    'is neither a whole number nor a map of min and max',
  )
  .transform((value) =>
    typeof value === 'number'
      ? { desired: value, ...GROUP_LIMITS }
      : { desired: value.min, min: value.min, max: value.max },
  )
  .describe('How many instances run; with min and max the service starts at min')

const references = [
  z.strictObject({ Ref: z.string().regex(/^[A-Za-z0-9:]+$/, 'is not a logical id') }),
  z.strictObject({
    GetAtt: z.string().regex(/^[A-Za-z0-9]+\.[A-Za-z0-9.]+$/, 'is not of the form Thing.Attribute'),
  }),
] as const

const line = z.string().regex(/^[^\r\n\0]*$/, 'holds a line break, which user data cannot carry')

const environment = (text: z.ZodString) =>
  z
    .record(
      variable,
      z.union(
        [text, ...references],
        'is neither a text (put numbers in quotes) nor {Ref: Thing} or {GetAtt: Thing.Attribute}',
      ),
    )
    .default({})
    .describe('Late environment, passed as user data when an instance starts')

const urlPath = z
  .string()
  .regex(
    /^\/[A-Za-z0-9_.~/-]*$/,
    'is not a URL path: it starts with / and holds letters, digits and _ . ~ / -',
  )
  .max(120, 'is longer than 120 characters')

/** "CreateTargetGroup" of the Elastic Load Balancing API: 1 to 1,024 characters, `/path?query`. */
const healthPath = z
  .string()
  .regex(
    /^\/(?:[A-Za-z0-9_.~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*(?:\?(?:[A-Za-z0-9_.~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*)?$/,
    'is not a URL path with or without a query, such as /health?full=1',
  )
  .max(1024, 'is longer than the 1024 characters that a load balancer asks')

const folder = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.?(\/|$))[A-Za-z0-9_./-]+$/, 'is not a path inside the repository')

/** Below the whole repository, which is a source too. */
const source = z.union([folder, z.literal('.')], 'is not a path inside the repository')

const expose = z.strictObject({
  host: label.optional().describe('First label of the public host name; the service name when absent'),
  port: port.describe('Listener port on the shared load balancer; one per stage and service'),
  path: urlPath.default('/').describe('Requests below this path; the longest path wins'),
  health: healthPath.default('/healthz').describe('What the load balancer asks; 200 is healthy'),
})

const permission = z.strictObject({
  actions: z
    .array(z.string().regex(/^[a-z0-9-]+:[A-Za-z*]+$/, 'is not an IAM action such as dynamodb:GetItem'))
    .min(1, 'names no action'),
  resource: z.union(
    [z.string().min(1, 'is empty'), ...references],
    'is neither an ARN nor {Ref: Thing} or {GetAtt: Thing.Attribute}',
  ),
})

/** Below this, a check that runs every few seconds has hardly failed twice. */
const LEAST_REPLACE_AFTER = 10
const LONGEST_REPLACE_AFTER = 86_400

export const serviceSchema = z.strictObject({
  source: source
    .optional()
    .describe('Repository folder that the image is made of, when it is ours; a dot is the whole repository'),
  ignore: z
    .array(line.min(1, 'is empty'))
    .optional()
    .describe('Patterns as in .dockerignore: what of the source is no part of the image'),
  port: port.optional().describe('What the service listens on; absent for a worker'),
  protocol: z.enum(['http', 'grpc', 'tcp']).default('http'),
  ports: z
    .record(label, port)
    .optional()
    .describe('Further ports by name; only a service that needs service:name may call one'),
  needs: z
    .array(need)
    .default([])
    .describe('Services of this app that start first and may be called; service:name for a further port'),
  count: count.default({ desired: 1, ...GROUP_LIMITS }),
  expose: expose.optional().describe('Behind the gateway; absent = private'),
  instanceType: z
    .string()
    .regex(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, 'is not an instance type such as t3.micro')
    .default('t3.micro'),
  cpus: z
    .int('is not a whole number')
    .min(1, 'is below 1')
    .max(1, 'is above 1: an instance has one processor, or all of its type when the key is absent')
    .optional()
    .describe('1: one processor, whatever the type has; the price stays'),
  env: environment(line.min(1, 'is empty, and Nanos drops an empty variable; set it in config.json')),
  secrets: secrets
    .default({})
    .describe('What the program reads at run time: names kept by "nanofleet secrets", or SSM parameters'),
  kafka: serviceKafkaSchema.optional().describe("Topics of the app's cluster that it may use"),
  permissions: z.array(permission).default([]).describe('What the instance role may do, nothing more'),
  stateful: z.boolean().default(false).describe('Replaced one at a time, never two of a kind at once'),
  replaceAfter: z
    .union(
      [
        z.int('is not a whole number').min(LEAST_REPLACE_AFTER).max(LONGEST_REPLACE_AFTER),
        z.literal('never'),
      ],
      `is neither never nor a whole number of seconds, ${LEAST_REPLACE_AFTER} to ${LONGEST_REPLACE_AFTER}`,
    )
    .optional()
    .describe('Seconds of a failing Consul check after which an instance is replaced, or never'),
  strategy: z.enum(['surge', 'quorum']).default('surge').describe('How a release replaces instances'),
  schedule: schedule
    .optional()
    .describe('When the program runs as a job: rate(1 hour), cron(0 3 * * ? *), or a map with more'),
  jobs: z
    .boolean()
    .optional()
    .describe('The program reads NANOFLEET_JOB_ARGS itself; programs of Node need not say it'),
  kind: z.enum(['service', 'consulserver']).default('service'),
})

/** What a repository's `nanofleet.yml` may set for all services of its apps. */
export const serviceDefaultsSchema = serviceSchema
  .pick({ instanceType: true, cpus: true, count: true, replaceAfter: true, protocol: true, strategy: true })
  .partial()
  .extend({
    env: z
      .record(variable, line.min(1, 'is empty, and Nanos drops an empty variable; set it in config.json'))
      .optional()
      .describe("Late environment of every service; a service's own variables win"),
  })

const upstream = z.strictObject({
  registry: z
    .string()
    .regex(
      /^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?(\/[a-z0-9._-]+)+$/,
      'is not a registry path such as registry.example/shop',
    )
    .describe('Host and path; the images are <registry>/<service>:<version>'),
  version: z
    .string()
    .regex(
      /^(?!latest$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/,
      'is not a tag that stays what it is, such as v1.2.3',
    ),
  digests: z
    .record(label, z.string().regex(/^sha256:[0-9a-f]{64}$/, 'is not a digest: sha256: and 64 hex digits'))
    .default({})
    .describe('Service -> digest of its published image, for those to pin'),
})

/** The closed schema of `images/<app>/app.yml`: an unknown key is an error, every default is filled in. */
export const manifestSchema = z
  .strictObject({
    app: label.describe('Name of the app and of its folder'),
    requires: z.array(label).optional().describe('Apps that must be deployed before; [platform] when absent'),
    resources: folder.optional().describe("CloudFormation of the app's own data, relative to its folder"),
    source: z
      .enum(['ours', 'upstream'])
      .default('ours')
      .describe('What services with a source are made of: that source, or the images that upstream names'),
    upstream: upstream
      .optional()
      .describe('The published images of the services; used with source: upstream'),
    kafka: kafkaSchema.optional().describe("The app's Kafka cluster and its topics"),
    services: z.record(label, serviceSchema).refine((all) => Object.keys(all).length > 0, 'holds no service'),
  })
  .refine(({ source, upstream }) => source === 'ours' || upstream !== undefined, {
    path: ['source'],
    message: 'needs the key upstream with registry and version of the published images',
  })

export type RawManifest = z.output<typeof manifestSchema>

/**
 * The same manifest as a push stores it: the defaults that depend on a name are filled in, a count has three
 * numbers, and the presence of `upstream` alone says that the services use published images.
 */
export const storedManifestSchema = z.strictObject({
  app: label,
  requires: z.array(label),
  resources: folder.optional(),
  upstream: upstream.optional(),
  kafka: kafkaSchema.optional(),
  services: z.record(
    label,
    serviceSchema.extend({
      count: z.strictObject({ desired: size, min: size, max: size }),
      env: environment(line),
      expose: expose.extend({ host: label }).optional(),
      schedule: scheduleKeys.optional(),
    }),
  ),
})

export type StoredManifest = z.output<typeof storedManifestSchema>
