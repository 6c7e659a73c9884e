import { S3Client } from '@aws-sdk/client-s3'
import { type ClientSettings, patient } from './settings.ts'

/** An endpoint given as an address has no host names for its buckets. */
export const s3 = (own: ClientSettings = {}) =>
  new S3Client({ ...patient, ...own, ...(own.endpoint === undefined ? {} : { forcePathStyle: true }) })
