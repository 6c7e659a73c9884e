import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { sha256 } from '../../core/base/canonical.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { templateKey } from '../../core/base/names.ts'
import { endpointOf } from '../../core/base/partition.ts'

/**
 * Templates that are too large for a request, in the stage's bucket. CloudFormation reads them with the
 * rights of the caller, not with those of its service role, and keeps its own copy.
 */
export class TemplateStore {
  readonly #s3: S3Client
  readonly #bucket: string

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3
    this.#bucket = bucket
  }

  /**
   * Stores a template under the digest of its text. An existing one is written again, so that it does not
   * expire before it is read.
   * @returns the URL that CloudFormation takes
   * @throws {ServiceFailure} when S3 does not take it
   */
  async put(text: string): Promise<string> {
    const key = templateKey(sha256(text))
    const object = { Bucket: this.#bucket, Key: key, Body: text, ContentType: 'application/json' }
    try {
      await this.#s3.send(new PutObjectCommand(object))
    } catch (cause) {
      throw new ServiceFailure(`s3://${this.#bucket}/${key} cannot be written: ${String(cause)}`, { cause })
    }
    return `${endpointOf('s3', await this.#s3.config.region())}/${this.#bucket}/${key}`
  }
}
