import type { Resource } from '../../../core/base/cloudformation.ts'
import {
  definitionParameter,
  imageName,
  imageParameter,
  serviceStack,
  TAG,
} from '../../../core/base/names.ts'
import type { Stage } from '../../../core/base/stage.ts'
import type { AppTemplates } from '../../../core/template/app-templates.ts'
import { templateParameters } from '../../../core/template/parameters.ts'
import { filled } from './aws-limits.ts'

export interface Call {
  service: string
  operation: string
  request: Record<string, unknown>
}

type Properties = Record<string, unknown>
const given = (service: string, operation: string, request: Properties): Call => ({
  service,
  operation,
  request,
})

/** What CloudFormation calls for a resource, as far as its properties are those of the call. */
const OF_TYPES: Record<string, (properties: Properties) => Call[]> = {
  'AWS::IAM::Role': ({ Policies = [], AssumeRolePolicyDocument, Description, Path, PermissionsBoundary }) => [
    given('iam', 'CreateRole', {
      RoleName: 'chosen-by-CloudFormation',
      AssumeRolePolicyDocument: JSON.stringify(AssumeRolePolicyDocument),
      Description,
      Path,
      PermissionsBoundary,
    }),
    ...(Policies as { PolicyName: string; PolicyDocument: unknown }[]).map(({ PolicyName, PolicyDocument }) =>
      given('iam', 'PutRolePolicy', {
        RoleName: 'chosen-by-CloudFormation',
        PolicyName,
        PolicyDocument: JSON.stringify(PolicyDocument),
      }),
    ),
  ],
  'AWS::EC2::LaunchTemplate': (properties) => {
    const data = properties.LaunchTemplateData as Properties
    const UserData = Buffer.from(String(data.UserData ?? '')).toString('base64')
    return [
      given('ec2', 'CreateLaunchTemplate', { ...properties, LaunchTemplateData: { ...data, UserData } }),
    ]
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': ({ TargetGroupAttributes, ...properties }) => [
    given('elbv2', 'CreateTargetGroup', { Name: 'chosen-by-CloudFormation', ...properties }),
    given('elbv2', 'ModifyTargetGroupAttributes', {
      TargetGroupArn: 'arn',
      Attributes: TargetGroupAttributes,
    }),
  ],
  'AWS::ElasticLoadBalancingV2::ListenerRule': (properties) => [given('elbv2', 'CreateRule', properties)],
  'AWS::ElasticLoadBalancingV2::Listener': (properties) => [given('elbv2', 'CreateListener', properties)],
}

const ofResources = (resources: Record<string, Resource>): Call[] =>
  Object.values(resources).flatMap(
    ({ Type, Properties = {} }) => OF_TYPES[Type]?.(filled(Properties) as Properties) ?? [],
  )

/** The calls by which a service is built and brought up. */
export function callsOf({ app, services }: AppTemplates, stage: Stage, service: string): Call[] {
  const template = services[service]
  if (!template) return []
  const names = [stage.name, app, service] as const
  const known = Object.fromEntries(Object.keys(template.Parameters ?? {}).map((one) => [one, 'sg-1']))
  const sources = { stage, platform: known, app: known, imageId: 'ami-1', release: 1 }
  const parameters = Object.entries(templateParameters(template, sources))
  const tags = Object.entries({ [TAG.stage]: stage.name, [TAG.app]: app, [TAG.service]: service })
  const Tags = tags.map(([Key, Value]) => ({ Key, Value }))
  const parameter = (Name: string, Value: string) =>
    given('ssm', 'PutParameter', { Name, Value, Type: 'String', Tier: 'Intelligent-Tiering', Tags })
  return [
    given('cloudformation', 'CreateStack', {
      StackName: serviceStack(...names),
      TemplateURL: 'https://bucket.s3.eu-west-1.amazonaws.com/templates/digest.json',
      Parameters: parameters.map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue })),
      Tags,
      OnFailure: 'ROLLBACK',
    }),
    parameter(definitionParameter(...names), '{}'),
    parameter(imageParameter(...names), '{}'),
    given('ec2', 'RegisterImage', { Name: `${imageName(...names, '0123456789abcdef')}-00000000` }),
    given('autoscaling', 'DescribeAutoScalingGroups', { AutoScalingGroupNames: [serviceStack(...names)] }),
    ...ofResources(template.Resources),
  ]
}
