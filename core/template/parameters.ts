import type { Template, TemplateParameter } from '../base/cloudformation.ts'
import { NotFound } from '../base/errors.ts'
import { logBucket } from '../base/names.ts'
import { loadBalancerAddresses } from '../base/resolvers.ts'
import type { Stage } from '../base/stage.ts'

type Kind = [type: string, description: string]

/** The parameters that a stage and its platform offer to every template; docs/manifest.md lists them. */
const KNOWN: Record<string, Kind> = {
  Stage: ['String', 'Name of the stage'],
  VpcId: ['AWS::EC2::VPC::Id', 'The network of the stage'],
  VpcCidr: ['String', 'Addresses of the VPC'],
  PrivateSubnets: ['List<AWS::EC2::Subnet::Id>', 'Subnets of the instances, one per zone'],
  PublicSubnets: [
    'List<AWS::EC2::Subnet::Id>',
    'Subnets of the public load balancer and of NAT, one per zone',
  ],
  PrivateRouteTables: ['CommaDelimitedList', 'Route table of each private subnet'],
  ResolverAddresses: [
    'CommaDelimitedList',
    'Static addresses of the network load balancer, one per private subnet',
  ],
  ConsulFunctionGroup: ['AWS::EC2::SecurityGroup::Id', 'Security group of the Lambda consul'],
  Domain: ['String', 'Domain of the public host names; empty when the stage has none'],
  CertificateArn: ['String', 'Certificate of the domain; empty for HTTP'],
  LogBucket: ['String', 'Bucket for access logs; empty for none'],
  DeletionProtection: ['String', 'Whether load balancers are protected: true or false'],
  WebAclArn: ['String', 'Web ACL of the public load balancer; empty for none'],
  LoadBalancerArn: ['String', 'The public load balancer'],
  LoadBalancerGroup: ['AWS::EC2::SecurityGroup::Id', 'Security group of the public load balancer'],
  ConsulGroup: ['AWS::EC2::SecurityGroup::Id', 'Security group of the Consul servers'],
  HttpListenerArn: ['String', 'The listener that all host names share'],
  ImageId: ['AWS::EC2::Image::Id', 'The AMI of the release'],
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
      const [Type, Description] = KNOWN[name] as Kind
      return [name, { Type, Description }]
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
  /** Number of the release, a tag of the instances that start from now on. */
  release?: number | undefined
}

/**
 * The values of a generated template's parameters, by name.
 * @throws {NotFound} when a value is missing, for example because the platform is not deployed
 */
export function templateParameters(template: Template, sources: ParameterSources): Record<string, string> {
  const { stage, platform, app, imageId, release } = sources
  const values: Record<string, string | undefined> = {
    ...platform,
    ...app,
    Stage: stage.name,
    VpcId: stage.vpcId,
    VpcCidr: stage.vpcCidr,
    PrivateSubnets: stage.privateSubnets.join(','),
    PublicSubnets: stage.publicSubnets.join(','),
    PrivateRouteTables: stage.privateRouteTables.join(','),
    ResolverAddresses: loadBalancerAddresses(stage.privateCidrs).join(','),
    ConsulFunctionGroup: stage.consulFunctionGroup,
    Domain: stage.domain ?? '',
    CertificateArn: stage.certificateArn ?? '',
    LogBucket: stage.accessLogs ? logBucket(stage.name, stage.account) : '',
    DeletionProtection: String(stage.deletionProtection),
    WebAclArn: stage.webAclArn ?? '',
    ImageId: imageId,
    Release: release?.toString(),
  }
  return Object.fromEntries(
    Object.entries(template.Parameters ?? {}).map(([name, { Default }]) => {
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
