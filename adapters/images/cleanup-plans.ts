import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import type { CleanupPlan } from '../../core/images/ami-cleanup.ts'

/**
 * Keeps the whole plan, which outgrows what a workflow may carry, for as long as the bucket keeps runs.
 * @returns its key
 */
export async function saveCleanupPlan(
  s3: S3Client,
  bucket: string,
  execution: string,
  plan: CleanupPlan,
): Promise<string> {
  const Key = `runs/clean-amis/${execution}.json`
  const Body = JSON.stringify(plan, null, 2)
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: 'application/json' }))
  return Key
}
