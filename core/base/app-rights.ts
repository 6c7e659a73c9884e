import { EXISTING_ACTIONS } from './existing-actions.ts'
import { suggest } from './suggest.ts'

/**
 * What the programs of apps may do in AWS at most. Three places hold to it: a manifest that asks for more is
 * refused when it is pushed and again when a plan is made of it, and the boundary of every role of an app
 * grants nothing else (IAM User Guide, "Permissions boundaries for IAM entities"), whatever a template says.
 * These use data; none makes a resource, gives a right to somebody or hands on a role.
 */
export const APP_ACTIONS: readonly string[] = [
  'bedrock:InvokeModel*',
  'cloudwatch:PutMetricData',
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:ConditionCheckItem',
  'dynamodb:DeleteItem',
  'dynamodb:DescribeStream',
  'dynamodb:DescribeTable',
  'dynamodb:DescribeTimeToLive',
  'dynamodb:GetItem',
  'dynamodb:GetRecords',
  'dynamodb:GetShardIterator',
  'dynamodb:ListStreams',
  'dynamodb:PartiQL*',
  'dynamodb:PutItem',
  'dynamodb:Query',
  'dynamodb:Scan',
  'dynamodb:UpdateItem',
  'ec2:DescribeAvailabilityZones',
  'ec2:DescribeInstances',
  'ec2:DescribeTags',
  'events:PutEvents',
  'firehose:PutRecord*',
  'kinesis:DescribeStream*',
  'kinesis:GetRecords',
  'kinesis:GetShardIterator',
  'kinesis:ListShards',
  'kinesis:PutRecord*',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey*',
  'kms:GetPublicKey',
  'kms:Sign',
  'kms:Verify',
  'lambda:InvokeFunction',
  'logs:CreateLogGroup',
  'logs:CreateLogStream',
  'logs:DescribeLogGroups',
  'logs:DescribeLogStreams',
  'logs:PutLogEvents',
  's3:AbortMultipartUpload',
  's3:DeleteObject*',
  's3:GetBucketLocation',
  's3:GetObject*',
  's3:ListBucket*',
  's3:ListMultipartUploadParts',
  's3:PutObject',
  's3:PutObjectTagging',
  'secretsmanager:DescribeSecret',
  'secretsmanager:GetSecretValue',
  'ses:Send*',
  'sns:Publish',
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:PurgeQueue',
  'sqs:ReceiveMessage',
  'sqs:SendMessage',
  'ssm:GetParameter',
  'ssm:GetParameters',
  'ssm:GetParametersByPath',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
]

/**
 * Whether `action` lies within what a program may do. A wildcard lies within it when all that it could mean
 * does: `s3:GetObject*` does, `s3:Get*` and `s3:*` do not. IAM does not look at the case of letters.
 */
export function isAppAction(action: string): boolean {
  return APP_ACTIONS.some((allowed) => {
    if (!allowed.endsWith('*')) return allowed.toLowerCase() === action.toLowerCase()
    return action.toLowerCase().startsWith(allowed.slice(0, -1).toLowerCase())
  })
}

/** Whether some action of AWS is meant by one that lies within what a program may do. */
export function isExistingAction(action: string): boolean {
  const [meant = '', ...rest] = action.toLowerCase().split('*')
  const known = [...APP_ACTIONS.filter((one) => !one.endsWith('*')), ...EXISTING_ACTIONS]
  return known.some((one) =>
    rest.length > 0 ? one.toLowerCase().startsWith(meant) : one.toLowerCase() === meant,
  )
}

/** The action that a mistyped one probably means. */
export const nearAction = (action: string): string | undefined =>
  suggest(action, [...APP_ACTIONS.filter((one) => !one.endsWith('*')), ...EXISTING_ACTIONS])

/** What may stand in the place of an action that is too much: those of its service. */
export function appActionsOf(service: string): string[] {
  return APP_ACTIONS.filter((action) => action.startsWith(`${service.toLowerCase()}:`))
}

/** The secrets of a stage, also the keys of its catalog, have a path of their own in Parameter Store. */
export const SECRETS_PATH = 'nanofleet-secrets'
