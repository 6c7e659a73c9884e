import type { Template, TemplateParameter } from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import { logBucket } from '../base/names.ts'
import { loadBalancerAddresses } from '../base/resolvers.ts'
import type { Stage } from '../base/stage.ts'

type Kind = [type: string, description: string, pattern?: string]

/**
 * An id as EC2 gives it. Values of types such as AWS::EC2::VPC::Id are looked up by CloudFormation with the
 * rights of the one who starts the operation ("Specify existing resources at runtime with
 * CloudFormation-supplied parameter types"), and the functions have none for that; a pattern needs none.
 */
const id = (kind: string): string => `^${kind}-[0-9a-z-]+$`

/** Of a security group, also one that another template's output gives. */
export const GROUP_ID = id('sg')

/** The parameters that a stage and its platform offer to every template; docs/manifest.md lists them. */
const KNOWN: Record<string, Kind> = {
  Stage: ['String', 'Name of the stage'],
  VpcId: ['String', 'The network of the stage', id('vpc')],
  VpcCidr: ['String', 'Addresses of the VPC'],
  ZoneCount: ['String', 'Number of zones: 2 or 3', '^[23]$'],
  PrivateSubnets: ['CommaDelimitedList', 'Subnets of the instances, one per zone', id('subnet')],
  PublicSubnets: [
    'CommaDelimitedList',
    'Subnets of the public load balancer and of NAT, one per zone',
    id('subnet'),
  ],
  PrivateRouteTables: ['CommaDelimitedList', 'Route table of each private subnet', id('rtb')],
  ResolverAddresses: [
    'CommaDelimitedList',
    'Static addresses of the network load balancer, one per private subnet',
  ],
  ConsulFunctionGroup: ['String', 'Security group of the Lambda consul', GROUP_ID],
  ProxyFunctionGroup: ['String', 'Security group of the Lambda proxy', GROUP_ID],
  Domain: ['String', 'Domain of the public host names; empty when the stage has none'],
  CertificateArn: ['String', 'Certificate of the domain; empty for HTTP'],
  LogBucket: ['String', 'Bucket for access logs; empty for none'],
  DeletionProtection: ['String', 'Whether load balancers are protected: true or false'],
  WebAclArn: ['String', 'Web ACL of the public load balancer; empty for none'],
  LoadBalancerArn: ['String', 'The public load balancer'],
  LoadBalancerGroup: ['String', 'Security group of the public load balancer', GROUP_ID],
  ConsulGroup: ['String', 'Security group of the Consul servers', GROUP_ID],
  HttpListenerArn: ['String', 'The listener that all host names share'],
  KafkaBrokers: ['String', "Addresses of the brokers of the app's Kafka cluster"],
  ImageId: ['String', 'The AMI of the release', id('ami')],
  Release: ['String', 'Number of the release, a tag of the instances that start with it'],
}

/** Parameters that are one string, so that an app's `env` and `permissions` may use them. */
export const SCALARS = ['Stage', 'VpcId', 'VpcCidr', 'Domain', 'ConsulGroup', 'LoadBalancerGroup']

export const isKnownParameter = (name: string): boolean => Object.hasOwn(KNOWN, name)

/** Declares the parameters among `names`; names of resources and the like are left out. */
export function declare(names: Iterable<string>): Record<string, TemplateParameter> {
  const declared = [...new Set(names)].filter(isKnownParameter).sort()
  return Object.fromEntries(
    declared.map((name) => {
      const [Type, Description, AllowedPattern] = KNOWN[name] as Kind
      return [name, { Type, Description, ...(AllowedPattern && { AllowedPattern }) }]
    }),
  )
}

/** Outputs of a stack by name. */
export type Outputs = Record<string, string>

export interface ParameterSources {
  stage: Stage
  /** Of the stack `nanofleet-<stage>-platform`; absent for the platform's own stacks. */
  platform?: Outputs | undefined
  /** Of the app's stack; absent for that stack itself. */
  app?: Outputs | undefined
  imageId?: string | undefined
  /** Of the app's Kafka cluster. */
  kafkaBrokers?: string | undefined
  /** Number of the release, a tag of the instances that start from now on. */
  release?: number | undefined
}

/**
 * The values of a generated template's parameters, by name.
 * @throws {NotFound} when a value is missing, for example because the platform is not deployed
 */
export function templateParameters(template: Template, sources: ParameterSources): Record<string, string> {
  const { stage, platform, app, imageId, kafkaBrokers, release } = sources
  const { Parameters = {} } = template
  const values: Record<string, string | undefined> = {
    ...platform,
    ...app,
    Stage: stage.name,
    VpcId: stage.vpcId,
    VpcCidr: stage.vpcCidr,
    ZoneCount: String(stage.zones.length),
    PrivateSubnets: stage.privateSubnets.join(','),
    PublicSubnets: stage.publicSubnets.join(','),
    PrivateRouteTables: stage.privateRouteTables.join(','),
    ResolverAddresses: loadBalancerAddresses(stage.privateCidrs).join(','),
    ConsulFunctionGroup: stage.consulFunctionGroup,
    ProxyFunctionGroup: stage.proxyFunctionGroup,
    Domain: stage.domain ?? '',
    CertificateArn: stage.certificateArn ?? '',
    LogBucket: stage.accessLogs ? logBucket(stage.name, stage.account) : '',
    DeletionProtection: String(stage.deletionProtection),
    WebAclArn: stage.webAclArn ?? '',
    KafkaBrokers: kafkaBrokers,
    ImageId: imageId,
    Release: release?.toString(),
  }
  return Object.fromEntries(
    Object.entries(Parameters).map(([name, { Default }]) => {
      const value = values[name] ?? Default
      if (value === undefined) {
        throw new NotFound(
          `${template.Description}: no value for the parameter ${name}; deploy the platform first`,
        )
      }
      return [name, value]
    }),
  )
}
