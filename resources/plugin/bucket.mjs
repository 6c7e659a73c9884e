import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation'
import { DeleteObjectsCommand, NoSuchBucket, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { stackOutputs } from '../../adapters/aws/stack-outputs.ts'
import { pushApps } from '../../adapters/sources/push.ts'
import { appStack, bucket, controlStack } from '../../core/base/names.ts'

/** @typedef {{stage: string, region: string, root: string}} Target */

/** The local region serves buckets by path: host names like <bucket>.127.0.0.1 do not resolve. */
const s3Of = ({ region }) =>
  new S3Client({ region, forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined })

async function bucketOf({ stage, region }) {
  const { Account } = await new STSClient({ region }).send(new GetCallerIdentityCommand({}))
  return bucket(stage, Account)
}

/** Uploads every app of the checkout to the stage's bucket. @param {Target} target */
export async function push(target) {
  const { stage, root } = target
  const { Architecture } = await stackOutputs(
    new CloudFormationClient({ region: target.region }),
    controlStack(stage),
  )
  const bucket = await bucketOf(target)
  return await pushApps({ root, stage, bucket, s3: s3Of(target), architecture: Architecture })
}

/** Removes all objects from the stage's bucket; a missing bucket counts as empty. @param {Target} target */
export async function emptyBucket(target) {
  const client = s3Of(target)
  const Bucket = await bucketOf(target)
  try {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket })) {
      if (Contents.length === 0) continue
      const Objects = Contents.map(({ Key }) => ({ Key }))
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
      )
      if (Errors[0])
        throw new Error(`s3://${Bucket}/${Errors[0].Key} cannot be deleted: ${Errors[0].Message}`)
    }
  } catch (error) {
    if (!(error instanceof NoSuchBucket)) throw error
  }
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
