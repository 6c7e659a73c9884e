import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3'
import { BucketEmptier } from '../../adapters/aws/bucket-emptier.ts'
import { liveStage } from '../live/stage.ts'
import { bucketContract } from './bucket.ts'

bucketContract('in S3', async () => {
  const client = (await liveStage()).s3()
  const bucket = `contract-${process.pid}`
  await client.send(new CreateBucketCommand({ Bucket: bucket }))
  return {
    client,
    bucket,
    stop: async () => {
      await new BucketEmptier(client).empty(bucket)
      await client.send(new DeleteBucketCommand({ Bucket: bucket }))
    },
  }
})
