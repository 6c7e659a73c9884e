import type { Resource, Template } from '../base/cloudformation.ts'

/**
 * Types of resources whose data somebody may want back, each with the key by which CloudFormation imports one
 * (the primary identifier in its registry schema) and what people call it. An app makes the first three; the
 * others are there so that none of them is ever taken for replaceable.
 */
const DATA = {
  'AWS::DynamoDB::Table': { key: 'TableName', word: 'table' },
  'AWS::S3::Bucket': { key: 'BucketName', word: 'bucket' },
  'AWS::SQS::Queue': { key: 'QueueUrl', word: 'queue' },
  'AWS::DynamoDB::GlobalTable': { key: 'TableName', word: 'table' },
  'AWS::MSK::Cluster': { key: 'Arn', word: 'Kafka cluster' },
  'AWS::RDS::DBInstance': { key: 'DBInstanceIdentifier', word: 'database' },
  'AWS::RDS::DBCluster': { key: 'DBClusterIdentifier', word: 'database' },
  'AWS::EFS::FileSystem': { key: 'FileSystemId', word: 'file system' },
  'AWS::EC2::Volume': { key: 'VolumeId', word: 'volume' },
  'AWS::ECR::Repository': { key: 'RepositoryName', word: 'repository' },
  'AWS::ElastiCache::ReplicationGroup': { key: 'ReplicationGroupId', word: 'cache' },
  'AWS::Kinesis::Stream': { key: 'Name', word: 'stream' },
  // What it encrypted cannot be read without it.
  'AWS::KMS::Key': { key: 'KeyId', word: 'key' },
  'AWS::Logs::LogGroup': { key: 'LogGroupName', word: 'log group' },
  'AWS::OpenSearchService::Domain': { key: 'DomainName', word: 'search domain' },
  'AWS::SecretsManager::Secret': { key: 'Id', word: 'secret' },
  'AWS::SSM::Parameter': { key: 'Name', word: 'parameter' },
} as const satisfies Record<string, { key: string; word: string }>

export const DATA_TYPES: readonly string[] = Object.keys(DATA)

const known = (type: string): { key: string; word: string } | undefined =>
  (DATA as Record<string, { key: string; word: string }>)[type]

export const holdsData = (type: string): boolean => known(type) !== undefined

/** `table`, of `AWS::DynamoDB::Table`. */
export const wordFor = (type: string): string => known(type)?.word ?? type

/** What CloudFormation imports a resource by: `{ TableName: … }`. */
export function importKey(type: string, physicalId: string): Record<string, string> {
  const authority = { CertificateAuthorityArn: physicalId.replace(/\/certificate\/.*$/, '') }
  if (type === 'AWS::ACMPCA::Certificate') return { ...authority, Arn: physicalId }
  if (type === 'AWS::ACMPCA::CertificateAuthorityActivation') return authority
  return { [known(type)?.key ?? COMPANION_KEYS[type] ?? 'Id']: physicalId }
}

/** Of what holds no data itself and stays with a Kafka cluster. */
const COMPANION_KEYS: Record<string, string> = {
  'AWS::ACMPCA::CertificateAuthority': 'Arn',
  'AWS::MSK::Configuration': 'Arn',
}

const NAMES = ['TableName', 'BucketName', 'QueueName']

/**
 * A template in which these resources have no names of their own: CloudFormation plans none whose name is
 * taken, and that of kept data is.
 */
export function withoutNames(template: Template, names: readonly string[]): Template {
  const Resources = Object.entries(template.Resources).map(([name, resource]) => {
    if (!names.includes(name)) return [name, resource]
    const properties = Object.entries(resource.Properties ?? {}).filter(([key]) => !NAMES.includes(key))
    return [name, { ...resource, Properties: Object.fromEntries(properties) }]
  })
  return { ...template, Resources: Object.fromEntries(Resources) }
}

/** Logical ids of a template's resources that hold data. */
export const dataResources = (template: Pick<Template, 'Resources'> | undefined): string[] =>
  Object.entries(template?.Resources ?? {})
    .filter(([, { Type }]) => holdsData(Type))
    .map(([name]) => name)

/**
 * A changed policy alone is no update ("DeletionPolicy attribute"): CloudFormation takes it with a change of
 * the resource, and one of its metadata touches nothing.
 */
const HELD = { HeldBy: 'nanofleet' }

/**
 * The resources with what holds data out of CloudFormation's reach: deleting a stack, taking a resource out
 * of its template or replacing it leaves the old one in place. Only an update that made a resource, and
 * fails, takes it away again. A policy that the author wrote counts.
 */
export function withDataPolicies(resources: Record<string, Resource>): Record<string, Resource> {
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => [
      name,
      holdsData(resource.Type) ? held(resource) : resource,
    ]),
  )
}

const held = ({ Metadata, ...resource }: Resource): Resource => ({
  DeletionPolicy: 'RetainExceptOnCreate',
  UpdateReplacePolicy: 'Retain',
  ...resource,
  Metadata: { ...HELD, ...Metadata },
})

const POLICIES = ['DeletionPolicy', 'UpdateReplacePolicy'] as const

/** Logical ids of what the author lets CloudFormation delete together with its data, with the policy. */
export function deletable(resources: Record<string, Resource>): { name: string; policy: string }[] {
  return Object.entries(resources).flatMap(([name, resource]) =>
    holdsData(resource.Type)
      ? POLICIES.filter((policy) => resource[policy] === 'Delete').map((policy) => ({ name, policy }))
      : [],
  )
}
