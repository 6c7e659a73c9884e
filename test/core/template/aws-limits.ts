import type { Resource, Template } from '../../../core/base/cloudformation.ts'

/*
 * What AWS's pages say of the resources that our templates make and no schema knows: sizes of several values
 * together, and what is inside a text.
 */

type Properties = Record<string, unknown>
type Limit = (id: string, properties: Properties) => string[]

/** The longest that CloudFormation may put in the place of a reference: an ARN of a thing in the account. */
const FILLED = `arn:aws:x:::${'x'.repeat(60)}`
const PSEUDO: Record<string, string> = {
  'AWS::Partition': 'aws-us-gov',
  'AWS::Region': 'ap-southeast-1',
  'AWS::AccountId': '123456789012',
}

/** A value as AWS gets it, as far as a template says it. */
export function filled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(filled)
  if (typeof value !== 'object' || value === null) return value
  const of = value as Properties
  if ('Ref' in of) return PSEUDO[String(of.Ref)] ?? FILLED
  if ('Fn::GetAtt' in of) return FILLED
  if ('Fn::Base64' in of) return filled(of['Fn::Base64'])
  if ('Fn::Join' in of) {
    const [between, parts] = of['Fn::Join'] as [string, unknown[]]
    return parts.map(filled).join(between)
  }
  if ('Fn::Sub' in of)
    return String(of['Fn::Sub'])
      .replaceAll(/\$\{([^!}][^}]*)\}/g, (_all, name: string) => PSEUDO[name] ?? FILLED)
      .replaceAll('${!', '${')
  return Object.fromEntries(Object.entries(of).map(([key, inner]) => [key, filled(inner)]))
}

const most = (what: string, length: number, limit: number): string[] =>
  length > limit ? [`${what}: ${length}, at most ${limit}`] : []
const list = (value: unknown): unknown[] => (value === undefined ? [] : [value].flat())

/** "IAM and AWS STS quotas": inline policies of a role together, without white space. */
const POLICIES = 10_240
/** "Grammar of the IAM JSON policy language": an ARN has six parts. */
const ARN = /^(\*|arn:[^:\s]*:[^:\s]*:[^:\s]*:[^:\s]*:.+)$/

const role: Limit = (id, { Policies }) => {
  const documents = list(Policies).map((policy) => (policy as { PolicyDocument: unknown }).PolicyDocument)
  const size = documents.reduce<number>(
    (sum, document) => sum + JSON.stringify(filled(document)).replaceAll(/\s/g, '').length,
    0,
  )
  const resources = documents.flatMap((document) =>
    list((document as { Statement: unknown }).Statement).flatMap((one) =>
      list((one as { Resource: unknown }).Resource).map(filled),
    ),
  )
  return [
    ...most(`${id}: characters of policies`, size, POLICIES),
    ...resources.filter((text) => !ARN.test(String(text))).map((text) => `${id}: Resource ${text} is no ARN`),
  ]
}

/** "Run commands when you launch an EC2 instance with user data input": 16 KB before the encoding. */
const launchTemplate: Limit = (id, { LaunchTemplateName, LaunchTemplateData }) => {
  const { UserData } = LaunchTemplateData as Properties
  const bytes = new TextEncoder().encode(String(filled(UserData ?? ''))).length
  return [
    ...most(`${id}: bytes of user data`, bytes, 16_384),
    ...most(`${id}: characters of its name`, String(LaunchTemplateName).length, 128),
  ]
}

/** "Listener rules for your Application Load Balancer": characters of a value, values of a rule. */
const rule: Limit = (id, { Conditions, Priority }) => {
  const values = list(Conditions).flatMap((condition) =>
    Object.values(condition as Properties).flatMap((config) => list(Object(config).Values).map(filled)),
  )
  return [
    ...most(`${id}: values of its conditions`, values.length, 5),
    ...most(`${id}: priority`, Number(Priority), 50_000),
    ...values.flatMap((text) => most(`${id}: ${text}`, String(text).length, 128)),
  ]
}

const OF_TYPES: Record<string, Limit> = {
  'AWS::IAM::Role': role,
  'AWS::EC2::LaunchTemplate': launchTemplate,
  'AWS::ElasticLoadBalancingV2::ListenerRule': rule,
}

/** "Fn::Sub": letters, digits, full stops and colons name what is put in; `${!` is a dollar sign. */
function texts(value: unknown): string[] {
  if (typeof value === 'string')
    return value.includes('{{resolve:') ? [`CloudFormation would look up ${value.slice(0, 40)}`] : []
  if (typeof value !== 'object' || value === null) return []
  const sub = (value as Properties)['Fn::Sub']
  const odd =
    typeof sub === 'string' && sub.replaceAll(/\$\{[A-Za-z0-9.:]+\}|\$\{![^}]*\}/g, '').includes('${')
      ? [`Fn::Sub cannot read ${sub}`]
      : []
  return [...odd, ...Object.values(value).flatMap(texts)]
}

/** What of a template AWS would refuse: "CloudFormation quotas" and the pages of its resources. */
export function beyond({ Description, Parameters = {}, Resources, Outputs = {} }: Template): string[] {
  return [
    ...most('parameters', Object.keys(Parameters).length, 200),
    ...most('resources', Object.keys(Resources).length, 500),
    ...most('outputs', Object.keys(Outputs).length, 200),
    ...most('bytes of the description', String(Description).length, 1024),
    ...[Parameters, Resources, Outputs].flatMap((part) =>
      Object.keys(part)
        .filter((id) => !/^[A-Za-z0-9]{1,255}$/.test(id))
        .map((id) => `${id} is no logical id`),
    ),
    ...Object.entries(Resources).flatMap(([id, { Type, Properties = {} }]: [string, Resource]) => [
      ...(OF_TYPES[Type]?.(id, Properties) ?? []),
      ...texts(Properties).map((problem) => `${id}: ${problem}`),
    ]),
  ]
}
