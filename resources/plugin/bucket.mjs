import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation'
import { S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { BucketEmptier } from '../../adapters/aws/bucket-emptier.ts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { pushEach } from '../../adapters/sources/push.ts'
import { appStack, bucket, controlStack, logBucket } from '../../core/base/names.ts'

/** @typedef {{stage: string, region: string, root: string}} Target */

/** The local region serves buckets by path: host names like <bucket>.127.0.0.1 do not resolve. */
const s3Of = ({ region }) =>
  new S3Client({ region, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined })

async function accountOf({ region }) {
  const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}))
  return Account
}

/** Uploads every app that is right to the stage's bucket. @param {Target} target */
export async function push(target) {
  const { stage, root } = target
  const { Architecture } = await stackOutputs(
    new CloudFormationClient({ region: target.region }),
    controlStack(stage),
  )
  const name = bucket(stage, await accountOf(target))
  return await pushEach({ root, stage, bucket: name, s3: s3Of(target), architecture: Architecture })
}

/**
 * Removes every version of every object from the stage's buckets; a missing bucket counts as empty. The one
 * for logs comes last, as it hears of what is done to the other.
 * @param {Target} target
 */
export async function emptyBuckets(target) {
  const account = await accountOf(target)
  const emptier = new BucketEmptier(s3Of(target))
  await emptier.empty(bucket(target.stage, account))
  await emptier.empty(logBucket(target.stage, account))
}

/**
 * Throws while an app of the stage is up: its instances are in the network that would be deleted.
 * @param {Target} target
 * @param {(message: string) => Error} refusal
 */
export async function refuseWithApps({ stage, region }, refusal) {
  const client = new CloudFormationClient({ region })
  const apps = []
  for await (const { Stacks = [] } of paginateDescribeStacks({ client }, {})) {
    for (const { StackName, Tags = [] } of Stacks) {
      if (StackName === controlStack(stage) || !StackName.startsWith(appStack(stage, ''))) continue
      // Stage `a` must not see the stacks of stage `a-b`.
      if (Tags.some(({ Key, Value }) => Key === 'nanofleet:stage' && Value !== stage)) continue
      apps.push(StackName)
    }
  }
  if (apps.length > 0) {
    throw refusal(`The stage ${stage} still has ${apps.join(', ')}; tear its apps down before you remove it`)
  }
}
