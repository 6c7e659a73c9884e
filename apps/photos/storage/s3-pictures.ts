import { Readable } from 'node:stream'
import { GetObjectCommand, NoSuchKey, type S3Client } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { PictureStore, StoredPicture } from './picture-store.ts'

/** The smallest part that S3 accepts; each upload holds one in memory, however large the picture. */
const PART_BYTES = 5 * 1024 * 1024

/** Pictures in a bucket, `<id>/<name>`. */
export class S3Pictures implements PictureStore {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  async put(id: number, name: string, type: string, source: AsyncIterable<Buffer>): Promise<void> {
    const upload = new Upload({
      client: this.#client,
      params: { Bucket: this.#bucket, Key: keyOf(id, name), ContentType: type, Body: Readable.from(source) },
      partSize: PART_BYTES,
      queueSize: 1,
    })
    await upload.done()
  }

  async get(id: number, name: string): Promise<StoredPicture | undefined> {
    try {
      const object = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: keyOf(id, name) }),
      )
      const type = object.ContentType ?? 'application/octet-stream'
      return { type, bytes: object.ContentLength ?? 0, body: object.Body as Readable }
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }
}

const keyOf = (id: number, name: string): string => `${id}/${name}`
