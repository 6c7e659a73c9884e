import {
  CreateBucketCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { S3Pictures } from '../../../apps/photos/storage/s3-pictures.ts'
import { ownEmulator } from '../../live/own-emulator.ts'
import { picturesContract } from './pictures.ts'

picturesContract('in S3', async () => {
  const emulator = await ownEmulator()
  const client = new S3Client({ ...emulator.client, forcePathStyle: true })
  const Bucket = 'pictures'
  await client.send(new CreateBucketCommand({ Bucket }))
  return {
    pictures: new S3Pictures(client, Bucket),
    everything: async () => {
      const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket }))
      const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket }))
      return [...Contents, ...Uploads].map(({ Key }) => Key ?? '').sort()
    },
    stop: async () => {
      client.destroy()
      await emulator.stop()
    },
  }
})
