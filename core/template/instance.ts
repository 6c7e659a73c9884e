import { getAtt, join, type Resource, ref, sub } from '../base/cloudformation.ts'
import type { EnvValue, Permission } from '../base/manifest-types.ts'
import {
  boundary,
  controlName,
  definitionParameter,
  roleKind,
  rolePath,
  serviceStack,
  TAG,
} from '../base/names.ts'
import { secretPlaces } from '../base/settings.ts'
import { oneProcessor } from '../manifest/processors.ts'
import { expression, substituted } from './app-references.ts'
import { groupOutput } from './groups.ts'
import { IDENTITY_VARIABLE, KAFKA_BROKERS, KAFKA_VARIABLE } from './kafka-cluster.ts'
import type { ServicePlace } from './service-place.ts'

/** Role, instance profile and launch template of a service. */
export function instanceResources(place: ServicePlace): Record<string, Resource> {
  return {
    Role: role(place),
    InstanceProfile: {
      Type: 'AWS::IAM::InstanceProfile',
      Properties: { Path: rolePath(place.stage.name, place.app), Roles: [ref('Role')] },
    },
    LaunchTemplate: launchTemplate(place),
  }
}

/**
 * The instance role: what the manifest permits, its secrets and certificate, and never more than the boundary
 * of the control plane. CloudFormation may make it only so, and only below this path.
 */
function role(place: ServicePlace): Resource {
  const { app, service, spec, stage } = place
  const parameters = secretsOf(place).flatMap(({ places }) => places)
  const statements = [
    ...spec.permissions.map(statement),
    ...secretStatements(parameters),
    ...(spec.kafka ? [certificateStatement(stage.name)] : []),
  ]
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      Description: `Instances of ${serviceStack(stage.name, app, service)}`,
      Path: rolePath(stage.name, app),
      PermissionsBoundary: sub(
        `arn:${pseudo('Partition')}:iam::${pseudo('AccountId')}:policy/${boundary(stage.name, roleKind(app))}`,
      ),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      ...(statements.length > 0 && {
        Policies: [
          { PolicyName: 'manifest', PolicyDocument: { Version: '2012-10-17', Statement: statements } },
        ],
      }),
    },
  }
}

const statement = ({ actions, resource }: Permission) => ({
  Effect: 'Allow',
  Action: actions,
  Resource: typeof resource === 'string' ? substituted(resource) : expression(resource),
})

/** The secrets of a service, each with the parameters that it may be in. */
const secretsOf = ({ app, service, spec, stage }: ServicePlace) =>
  Object.keys(spec.secrets)
    .sort()
    .map((name) => ({
      name,
      places: secretPlaces({ stage: stage.name, app, service }, name, spec.secrets[name] as string),
    }))

function secretStatements(parameters: string[]) {
  if (parameters.length === 0) return []
  const arn = `arn:${pseudo('Partition')}:ssm:${pseudo('Region')}:${pseudo('AccountId')}:parameter`
  return [
    {
      Effect: 'Allow',
      Action: ['ssm:GetParameters'],
      Resource: parameters.map((name) => substituted(arn + name)),
    },
  ]
}

/** To ask for the certificate with which the service shows itself to the brokers: docs/kafka.md. */
const certificateStatement = (stage: string) => ({
  Effect: 'Allow',
  Action: ['lambda:InvokeFunction'],
  Resource: sub(
    `arn:${pseudo('Partition')}:lambda:${pseudo('Region')}:${pseudo('AccountId')}:function:${controlName(stage, 'sign-client')}`,
  ),
})

/** A pseudo parameter inside a text for `Fn::Sub`. */
const pseudo = (name: string): string => `\${AWS::${name}}`

function launchTemplate(place: ServicePlace): Resource {
  const { app, service, spec, files, stage } = place
  const tags = instanceTags(place)
  const userData = environment(place)
  return {
    Type: 'AWS::EC2::LaunchTemplate',
    Properties: {
      LaunchTemplateName: serviceStack(stage.name, app, service),
      LaunchTemplateData: {
        ImageId: ref('ImageId'),
        InstanceType: spec.instanceType,
        IamInstanceProfile: { Arn: getAtt('InstanceProfile', 'Arn') },
        SecurityGroupIds: [ref(groupOutput(service))],
        InstanceInitiatedShutdownBehavior: 'terminate',
        ...(spec.cpus === 1 &&
          oneProcessor(spec.instanceType) === 'told' && { CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 } }),
        MetadataOptions: {
          // The klib `cloudwatch` of Nanos asks the metadata service without a token.
          HttpTokens: usesCloudWatch(files.config) ? 'optional' : 'required',
          HttpPutResponseHopLimit: 1,
          InstanceMetadataTags: 'enabled',
        },
        ...(userData.length > 0 && { UserData: { 'Fn::Base64': join('\r\n', userData) } }),
        TagSpecifications: ['instance', 'volume'].map((ResourceType) => ({ ResourceType, Tags: tags })),
      },
      TagSpecifications: [{ ResourceType: 'launch-template', Tags: [{ Key: TAG.stage, Value: stage.name }] }],
    },
  }
}

/**
 * The release is not among them: the group adds it, so that a new number does not make a new template
 * version.
 */
function instanceTags({ app, service, spec, files, stage: { name: stage } }: ServicePlace) {
  const discovered = files.definition !== null
  return [
    { Key: 'Name', Value: serviceStack(stage, app, service) },
    { Key: TAG.kind, Value: spec.kind },
    ...(discovered ? [{ Key: TAG.definition, Value: definitionParameter(stage, app, service) }] : []),
    { Key: TAG.stage, Value: stage },
    { Key: TAG.app, Value: app },
    { Key: TAG.service, Value: service },
  ]
}

/**
 * Lines of user data, separated by CR LF, that the Nanos klib `userdata` puts into the program's environment.
 */
function environment(place: ServicePlace): unknown[] {
  const { app, service, stage } = place
  const { env: own, kafka } = place.spec
  const env: Record<string, EnvValue> = {
    ...own,
    ...(kafka && {
      [KAFKA_VARIABLE]: { Ref: KAFKA_BROKERS },
      [IDENTITY_VARIABLE]: `${controlName(stage.name, 'sign-client')}:${app}/${service}`,
    }),
  }
  const names = Object.keys(env).sort()
  const lines = names.map((name) => {
    const value = env[name] as EnvValue
    if (name === KAFKA_VARIABLE) return join('', [`${name}=`, ref(KAFKA_BROKERS)])
    return typeof value === 'string' ? `${name}=${value}` : join('', [`${name}=`, expression(value)])
  })
  const secrets = secretsOf(place).map(({ name, places }) => `${name}=${places.join('|')}`)
  return secrets.length === 0 ? lines : [...lines, substituted(`NANOFLEET_SECRETS=${secrets.join(',')}`)]
}

function usesCloudWatch(config: Record<string, unknown>): boolean {
  const { Klibs } = config
  return Array.isArray(Klibs) && Klibs.includes('cloudwatch')
}
