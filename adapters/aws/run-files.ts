import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { ServiceFailure } from '../../core/base/errors.ts'

/** What an execution passes from state to state by reference: Step Functions carries 256 KiB at most. */
export class RunFiles {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  /** @param execution the execution's name, not its ARN */
  async write(execution: string, name: string, value: unknown): Promise<void> {
    await this.#client.send(
      new PutObjectCommand({
        Bucket: this.#bucket,
        Key: runKey(execution, name),
        Body: JSON.stringify(value, undefined, 2),
        ContentType: 'application/json',
      }),
    )
  }

  /** @throws ServiceFailure if it does not exist or cannot be read */
  async read(execution: string, name: string): Promise<unknown> {
    const key = runKey(execution, name)
    try {
      const object = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }))
      return JSON.parse((await object.Body?.transformToString()) ?? '')
    } catch (cause) {
      throw new ServiceFailure(`s3://${this.#bucket}/${key} cannot be read: ${String(cause)}`, { cause })
    }
  }
}

const runKey = (execution: string, name: string): string => `runs/${execution}/${name}.json`
