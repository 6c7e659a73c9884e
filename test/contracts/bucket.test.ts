import { MemoryS3 } from '../support/memory-s3.ts'
import { bucketContract } from './bucket.ts'

bucketContract('in memory', async () => {
  const s3 = await MemoryS3.start()
  return { client: s3.client, bucket: 'contract', stop: () => s3.stop() }
})
