import type { Resource } from '../base/cloudformation.ts'
import { PLATFORM } from '../base/names.ts'
import type { Problem } from '../base/schema-problems.ts'
import { didYouMean } from '../base/suggest.ts'
import { kafkaNameProblems } from './kafka-cluster.ts'

/** What an app may make beside its services: data, and ways to reach its own instances. */
const ANY_APP = [
  'AWS::ACMPCA::Certificate',
  'AWS::ACMPCA::CertificateAuthority',
  'AWS::ACMPCA::CertificateAuthorityActivation',
  'AWS::DynamoDB::Table',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::MSK::Cluster',
  'AWS::MSK::Configuration',
  'AWS::S3::Bucket',
  'AWS::S3::BucketPolicy',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SQS::Queue',
  'AWS::SQS::QueuePolicy',
]

/** What changes the network of all apps, or who may come in from outside. */
const PLATFORM_ONLY = [
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::VPCEndpoint',
  'AWS::WAFv2::WebACLAssociation',
]

/**
 * The types that the resources of an app may have. None of IAM: a service's role is made of `permissions`,
 * and nothing else gets one.
 */
export const ownTypes = (app: string): string[] =>
  app === PLATFORM ? [...ANY_APP, ...PLATFORM_ONLY] : ANY_APP

/** Which property of a type says what it changes; that must be something of the app's own. */
const CHANGES: Record<string, { property: string; of: string }> = {
  'AWS::ACMPCA::Certificate': {
    property: 'CertificateAuthorityArn',
    of: 'AWS::ACMPCA::CertificateAuthority',
  },
  'AWS::ACMPCA::CertificateAuthorityActivation': {
    property: 'CertificateAuthorityArn',
    of: 'AWS::ACMPCA::CertificateAuthority',
  },
  'AWS::EC2::SecurityGroupEgress': { property: 'GroupId', of: 'AWS::EC2::SecurityGroup' },
  'AWS::EC2::SecurityGroupIngress': { property: 'GroupId', of: 'AWS::EC2::SecurityGroup' },
  'AWS::ElasticLoadBalancingV2::Listener': {
    property: 'LoadBalancerArn',
    of: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  },
  'AWS::S3::BucketPolicy': { property: 'Bucket', of: 'AWS::S3::Bucket' },
  'AWS::SNS::Subscription': { property: 'TopicArn', of: 'AWS::SNS::Topic' },
  'AWS::SNS::TopicPolicy': { property: 'Topics', of: 'AWS::SNS::Topic' },
  'AWS::WAFv2::WebACLAssociation': {
    property: 'ResourceArn',
    of: 'AWS::ElasticLoadBalancingV2::LoadBalancer',
  },
  'AWS::SQS::QueuePolicy': { property: 'Queues', of: 'AWS::SQS::Queue' },
}

/**
 * What is wrong with the resources of an app's own file as far as rights go: types that are not for apps,
 * changes of what belongs to others, policies that let in others, and what CloudFormation would put in later.
 * @param groups logical ids of the security groups that the app's template adds
 */
export function resourceProblems(
  app: string,
  sections: Record<string, unknown>,
  groups: readonly string[],
): Problem[] {
  const resources: Record<string, Resource> = Object(sections.Resources)
  const each = Object.entries(resources).flatMap(([name, resource]) =>
    typeProblems(app, name, resource).concat(foreign(name, resource, resources, groups)),
  )
  return [
    ...each,
    ...kafkaNameProblems(app, resources),
    ...strangers(['Resources'], resources),
    ...late([], sections),
  ]
}

function typeProblems(app: string, name: string, { Type }: Resource): Problem[] {
  const known = ownTypes(app)
  if (known.includes(Type)) return []
  const path = ['Resources', name, 'Type']
  if (PLATFORM_ONLY.includes(Type))
    return [{ path, problem: `only the platform makes a ${Type}`, remedy: 'remove it' }]
  if (Type.startsWith('AWS::IAM::')) {
    const remedy = 'say what a service may do in its permissions in app.yml'
    return [{ path, problem: `an app makes no ${Type}`, remedy }]
  }
  return [{ path, problem: `an app makes no ${Type}`, remedy: didYouMean(Type, known) }]
}

function foreign(
  name: string,
  { Type, Properties }: Resource,
  resources: Record<string, Resource>,
  groups: readonly string[],
): Problem[] {
  const change = CHANGES[Type]
  if (!change) return []
  const { property, of } = change
  const isOwn = (id: unknown) =>
    resources[String(id)]?.Type === of || (of === 'AWS::EC2::SecurityGroup' && groups.includes(String(id)))
  if (leadsTo(Properties?.[property], isOwn)) return []
  const problem = `must be a Ref or GetAtt of the app's own ${of}`
  return [{ path: ['Resources', name, 'Properties', property], problem, remedy: 'name one of this file' }]
}

/** Whether an expression can only be one of the resources that `isOwn` knows. */
function leadsTo(value: unknown, isOwn: (id: unknown) => boolean): boolean {
  if (Array.isArray(value)) return value.length > 0 && value.every((item) => leadsTo(item, isOwn))
  const [[key, inner] = ['', undefined], ...more] = Object.entries(Object(value))
  if (more.length > 0) return false
  if (key === 'Ref') return isOwn(inner)
  if (key === 'Fn::GetAtt') return isOwn(Array.isArray(inner) ? inner[0] : String(inner).split('.')[0])
  if (key === 'Fn::If' && Array.isArray(inner)) return leadsTo(inner.slice(1), isOwn)
  return false
}

/** Statements of policies that allow something to anyone but services of AWS and the own account. */
function strangers(path: Problem['path'], value: unknown): Problem[] {
  if (value === null || typeof value !== 'object') return []
  const inside = Object.entries(value).flatMap(([key, inner]) => strangers([...path, key], inner))
  const { Effect, Principal, NotPrincipal } = value as Record<string, unknown>
  if (Effect === 'Deny' || (Principal === undefined && NotPrincipal === undefined)) return inside
  if (NotPrincipal === undefined && isFamiliar(Principal)) return inside
  const problem = 'lets in others than the own account and services of AWS'
  return [
    ...inside,
    { path, problem, remedy: `use {AWS: !Ref AWS::AccountId} or {Service: name.amazonaws.com}` },
  ]
}

function isFamiliar(principal: unknown): boolean {
  if (principal === null || typeof principal !== 'object') return false
  return Object.entries(principal).every(([kind, who]) =>
    [who].flat().every((one) => (kind === 'Service' ? isService(one) : kind === 'AWS' && isOwnAccount(one))),
  )
}

const isService = (who: unknown): boolean => /^[a-z0-9.-]+\.amazonaws\.com(\.cn)?$/.test(String(who))

function isOwnAccount(who: unknown): boolean {
  const text = JSON.stringify(who)
  if (text === '{"Ref":"AWS::AccountId"}') return true
  return /^\{"Fn::Sub":"arn:\$\{AWS::Partition\}:iam::\$\{AWS::AccountId\}:[^"]+"\}$/.test(text)
}

/** What CloudFormation replaces after every check here: macros, and dynamic references such as secrets. */
function late(path: Problem['path'], value: unknown): Problem[] {
  if (typeof value === 'string') {
    if (!value.includes('{{resolve:')) return []
    const problem = 'is read by CloudFormation when it makes the stack, with rights that it does not have'
    return [{ path, problem, remedy: 'let the program read it' }]
  }
  return Object.entries(Object(value)).flatMap(([key, inner]) =>
    key === 'Fn::Transform'
      ? [{ path: [...path, key], problem: 'would put in what nobody checked', remedy: 'write it out' }]
      : late([...path, key], inner),
  )
}
