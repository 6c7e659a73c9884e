/** `storage`: the pictures. */
import { S3Client } from '@aws-sdk/client-s3'
import { routes } from '../../lib/routes.ts'
import { required } from '../../lib/settings.ts'
import { surroundings } from '../lib/surroundings.ts'
import { FolderPictures } from './folder-pictures.ts'
import type { PictureStore } from './picture-store.ts'
import { pictureRoutes } from './routes.ts'
import { S3Pictures } from './s3-pictures.ts'

/** A 5 MiB part takes only a moment; a connection on which nothing moves is not worth waiting for. */
const LIMITS = { connectionTimeout: 1000, socketTimeout: 10_000 }

const { alone, serve } = surroundings('storage', 'Storage')

function store(): PictureStore {
  if (alone) return new FolderPictures(process.env.DATA_DIR ?? 'data')
  const bucket = required('PICTURES_BUCKET')
  // Behind a custom endpoint, as in a local region, buckets have no host names.
  const forcePathStyle = process.env.AWS_ENDPOINT_URL !== undefined
  return new S3Pictures(new S3Client({ forcePathStyle, requestHandler: LIMITS }), bucket)
}

await serve(routes(pictureRoutes(store())))
