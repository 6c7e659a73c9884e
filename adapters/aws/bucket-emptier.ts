import {
  DeleteObjectsCommand,
  ListObjectVersionsCommand,
  NoSuchBucket,
  type ObjectIdentifier,
  type S3Client,
} from '@aws-sdk/client-s3'
import { ServiceFailure } from '../../core/base/errors.ts'

/** Takes everything out of a bucket, old versions too. */
export class BucketEmptier {
  readonly #client: S3Client

  constructor(client: S3Client) {
    this.#client = client
  }

  async empty(bucket: string): Promise<void> {
    try {
      let more = true
      while (more) {
        // A page has at most 1,000 entries, as many as one deletion takes (API Reference, "DeleteObjects").
        const page = await this.#client.send(new ListObjectVersionsCommand({ Bucket: bucket }))
        const versions = [...(page.Versions ?? []), ...(page.DeleteMarkers ?? [])]
        await this.#delete(
          bucket,
          versions.map(({ Key, VersionId }) => ({ Key, VersionId })),
        )
        more = page.IsTruncated ?? false
      }
    } catch (error) {
      if (error instanceof NoSuchBucket) return
      throw error
    }
  }

  async #delete(bucket: string, objects: ObjectIdentifier[]): Promise<void> {
    if (objects.length === 0) return
    const answer = await this.#client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: objects, Quiet: true } }),
    )
    const [first] = answer.Errors ?? []
    if (first) throw new ServiceFailure(`s3://${bucket}/${first.Key} cannot be deleted: ${first.Message}`)
  }
}
