import * as z from 'zod'
import { NanofleetError } from '../core/base/errors.ts'
import { endpointOf } from '../core/base/partition.ts'
import type { Stage } from '../core/base/stage.ts'
import { MOST_SOURCES } from '../core/template/public-ui.ts'

/** A function was deployed without a setting that it needs; `serverless deploy` repairs it. */
export class BadConfiguration extends NanofleetError {}

const text = z.string().min(1)
const list = text.transform((value) => value.split(','))
const oneByZone = list.refine(
  (values) => [2, 3].includes(values.length) && values.every(Boolean),
  'must be two or three values',
)
/** CloudFormation cannot omit a variable, so an absent setting is an empty one. */
const optional = z.string().optional()
const yesOrNo = z.enum(['true', 'false']).transform((value) => value === 'true')

const Environment = z
  .object({
    STAGE: text,
    AWS_REGION: text,
    ACCOUNT: z.string().regex(/^\d{12}$/, 'must be an account id of 12 digits'),
    BUCKET: text,
    TABLE: text,
    VPC_ID: text,
    VPC_CIDR: z.cidrv4(),
    ZONES: oneByZone,
    PRIVATE_SUBNETS: oneByZone,
    PRIVATE_CIDRS: oneByZone,
    PUBLIC_SUBNETS: oneByZone,
    PRIVATE_ROUTE_TABLES: oneByZone,
    PUBLIC_ROUTE_TABLE: text,
    CONSUL_FUNCTION_GROUP: text,
    PROXY_FUNCTION_GROUP: text,
    PACKAGER: z.enum(['ops', 'process']),
    ARCHITECTURE: z.enum(['x86_64', 'arm64']),
    DOMAIN: optional,
    CERTIFICATE_ARN: optional,
    PORT_LISTENERS: z.enum(['', 'true', 'false']).optional(),
    ACCESS_LOGS: yesOrNo,
    DELETION_PROTECTION: yesOrNo,
    WEB_ACL_ARN: optional,
    CONSUL_UI_SOURCES: z
      .string()
      .transform((value) => value.split(',').filter(Boolean))
      .pipe(z.array(z.cidrv4('must be blocks of addresses such as 192.0.2.0/24')).max(MOST_SOURCES))
      .optional(),
  })
  .refine(
    (e) =>
      [e.PRIVATE_SUBNETS, e.PRIVATE_CIDRS, e.PUBLIC_SUBNETS, e.PRIVATE_ROUTE_TABLES].every(
        ({ length }) => length === e.ZONES.length,
      ),
    { path: ['ZONES'], message: 'must be as many as the subnets and route tables' },
  )
  .refine((e) => !e.CONSUL_UI_SOURCES?.length || (e.DOMAIN && e.CERTIFICATE_ARN), {
    path: ['CONSUL_UI_SOURCES'],
    message: 'wants a domain and its certificate, as it is served over HTTPS only',
  })

/**
 * The stage that this function belongs to, from the variables that resources/environment.yml gives to every
 * function. The only place that reads the environment.
 * @throws BadConfiguration that names every variable that is missing or wrong
 */
export function readStage(environment: Record<string, string | undefined> = process.env): Stage {
  const parsed = Environment.safeParse(environment)
  if (!parsed.success) throw incomplete('function', parsed.error)
  const e = parsed.data
  return {
    name: e.STAGE,
    region: e.AWS_REGION,
    account: e.ACCOUNT,
    bucket: e.BUCKET,
    table: e.TABLE,
    vpcId: e.VPC_ID,
    vpcCidr: e.VPC_CIDR,
    zones: e.ZONES,
    privateSubnets: e.PRIVATE_SUBNETS,
    privateCidrs: e.PRIVATE_CIDRS,
    publicSubnets: e.PUBLIC_SUBNETS,
    privateRouteTables: e.PRIVATE_ROUTE_TABLES,
    publicRouteTable: e.PUBLIC_ROUTE_TABLE,
    consulFunctionGroup: e.CONSUL_FUNCTION_GROUP,
    proxyFunctionGroup: e.PROXY_FUNCTION_GROUP,
    packager: e.PACKAGER,
    architecture: e.ARCHITECTURE,
    ...(e.DOMAIN ? { domain: e.DOMAIN } : {}),
    ...(e.CERTIFICATE_ARN ? { certificateArn: e.CERTIFICATE_ARN } : {}),
    accessLogs: e.ACCESS_LOGS,
    deletionProtection: e.DELETION_PROTECTION,
    ...(e.WEB_ACL_ARN ? { webAclArn: e.WEB_ACL_ARN } : {}),
    ...(e.CONSUL_UI_SOURCES?.length ? { consulUiSources: e.CONSUL_UI_SOURCES } : {}),
    portListeners: e.PORT_LISTENERS ? e.PORT_LISTENERS === 'true' : !e.DOMAIN,
  }
}

const Registration = z.object({
  REGISTER_QUEUE: z.url(),
  DRAIN_SECONDS: z.coerce.number().int().min(0).max(900),
  // With half a minute for its entries to move, less than the 300 s of the hook.
  SERVER_DRAIN_SECONDS: z.coerce.number().int().min(0).max(240),
})

/**
 * Settings of the function `register` only: the queue it reads, for messages to itself, the seconds between
 * leaving DNS and termination (SQS delays a message by at most 900), and those that a Consul server is kept.
 * @throws BadConfiguration
 */
export function readRegistration(environment: Record<string, string | undefined> = process.env): {
  queueUrl: string
  drainSeconds: number
  serverDrainSeconds: number
} {
  const parsed = Registration.safeParse(environment)
  if (!parsed.success) throw incomplete('function register', parsed.error)
  const { REGISTER_QUEUE: queueUrl, DRAIN_SECONDS, SERVER_DRAIN_SECONDS } = parsed.data
  return { queueUrl, drainSeconds: DRAIN_SECONDS, serverDrainSeconds: SERVER_DRAIN_SECONDS }
}

const Start = z.object({ START_SECONDS: z.coerce.number().int().min(0).max(3600) })

/**
 * A setting of `reconcile` and `advance-service`: seconds after its registration during which an instance is
 * still starting: it is not replaced for failing its check, and a deployment waits for it.
 * @throws BadConfiguration
 */
export function readStartSeconds(environment: Record<string, string | undefined> = process.env): number {
  const parsed = Start.safeParse(environment)
  if (!parsed.success) throw incomplete('functions reconcile and advance-service', parsed.error)
  return parsed.data.START_SECONDS
}

const Names = z.object({ NAMES_PORT: z.coerce.number().int().min(1).max(65535) })

/**
 * A setting of the function `proxy`: the port of Consul's DNS at the network load balancer.
 * @throws BadConfiguration
 */
export function readNamesPort(environment: Record<string, string | undefined> = process.env): number {
  const parsed = Names.safeParse(environment)
  if (!parsed.success) throw incomplete('function proxy', parsed.error)
  return parsed.data.NAMES_PORT
}

function incomplete(whose: string, cause: z.ZodError): BadConfiguration {
  const faults = cause.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
  const problem = `The environment of the ${whose} is incomplete (${faults}); deploy the control plane again`
  return new BadConfiguration(problem, { cause })
}

/**
 * A setting of the functions that change stacks: the role with which CloudFormation creates the resources.
 * @throws BadConfiguration
 */
export function readStackRole(environment: Record<string, string | undefined> = process.env): string {
  const role = environment.STACK_ROLE
  if (role) return role
  throw new BadConfiguration('The environment lacks STACK_ROLE; deploy the control plane again')
}

interface Credentials {
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string
}

const PER_SERVICE = {
  kafka: 'AWS_ENDPOINT_URL_KAFKA',
  'acm-pca': 'AWS_ENDPOINT_URL_ACM_PCA',
  sts: 'AWS_ENDPOINT_URL_STS',
} as const

/**
 * Where the APIs of services are for which we have no client of the SDK, and the function's credentials.
 * @throws BadConfiguration
 */
export function readAwsAccess(environment: Record<string, string | undefined> = process.env): {
  region: string
  endpoint(service: string): string
  credentials: Credentials
} {
  const { region, credentials } = readStoreAccess(environment)
  return {
    region,
    credentials,
    endpoint: (service) =>
      environment[PER_SERVICE[service as keyof typeof PER_SERVICE]] ||
      environment.AWS_ENDPOINT_URL ||
      endpointOf(service, region),
  }
}

const Access = z.object({
  AWS_REGION: text,
  AWS_ACCESS_KEY_ID: text,
  AWS_SECRET_ACCESS_KEY: text,
  AWS_SESSION_TOKEN: optional,
  AWS_ENDPOINT_URL_SSM: optional,
  AWS_ENDPOINT_URL: optional,
})

/**
 * Where Parameter Store is, and the credentials that Lambda gives each function as variables: the SDK's
 * clients read these themselves ("AWS SDKs and Tools Reference Guide", "Service-specific endpoints").
 * @throws BadConfiguration
 */
export function readStoreAccess(environment: Record<string, string | undefined> = process.env): {
  region: string
  endpoint: string
  credentials: Credentials
} {
  const parsed = Access.safeParse(environment)
  if (!parsed.success) throw incomplete('function', parsed.error)
  const e = parsed.data
  return {
    region: e.AWS_REGION,
    endpoint: e.AWS_ENDPOINT_URL_SSM || e.AWS_ENDPOINT_URL || endpointOf('ssm', e.AWS_REGION),
    credentials: {
      accessKeyId: e.AWS_ACCESS_KEY_ID,
      secretAccessKey: e.AWS_SECRET_ACCESS_KEY,
      ...(e.AWS_SESSION_TOKEN ? { sessionToken: e.AWS_SESSION_TOKEN } : {}),
    },
  }
}
