import { GetObjectCommand, NoSuchKey, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { AwsV4Signer } from 'aws4fetch'
import * as z from 'zod'
import { ServiceFailure } from '../../core/base/errors.ts'

const Report = z.object({ exitCode: z.int().min(0).max(255) })

/** The part of a request of the SDK that says where it goes. */
interface Destination {
  protocol: string
  hostname: string
  port?: number
  path: string
}

class NotSent extends Error {}

/**
 * Where the programs of jobs report their exit codes: objects of the stage's bucket, beside the other files
 * of their runs. A program gets a signed address that takes this one object and nothing else, so the role of
 * its instance needs no right of the control plane.
 */
export class JobReports {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(client: S3Client, bucket: string) {
    this.#client = client
    this.#bucket = bucket
  }

  /**
   * The address that takes a PUT for this many seconds, or until the credentials of the one who asks end
   * ("Download and upload objects with presigned URLs", Amazon S3 User Guide).
   */
  async address(job: string, seconds: number): Promise<string> {
    const { config } = this.#client
    const url = await this.#place(job)
    url.searchParams.set('X-Amz-Expires', String(seconds))
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials()
    const signer = new AwsV4Signer({
      url: url.href,
      method: 'PUT',
      service: 's3',
      region: await config.region(),
      accessKeyId,
      secretAccessKey,
      ...(sessionToken ? { sessionToken } : {}),
      signQuery: true,
    })
    const signed = await signer.sign()
    return String(signed.url)
  }

  /** Where the client would send the object: it knows partitions and endpoints. The request is not sent. */
  async #place(job: string): Promise<URL> {
    const command = new PutObjectCommand({ Bucket: this.#bucket, Key: key(job), Body: '' })
    const place: { url?: URL } = {}
    command.middlewareStack.add(
      () => async (call) => {
        const { protocol, hostname, port, path } = call.request as Destination
        place.url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`)
        throw new NotSent()
      },
      { step: 'build', priority: 'low' },
    )
    try {
      await this.#client.send(command)
    } catch (error) {
      if (!(error instanceof NotSent)) throw error
    }
    if (!place.url) throw new ServiceFailure('the S3 client does not say where it sends objects')
    return place.url
  }

  /** The exit code that was reported; undefined if there is none, or something else was written. */
  async read(job: string): Promise<number | undefined> {
    try {
      const object = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key(job) }))
      return Report.safeParse(json((await object.Body?.transformToString()) ?? '')).data?.exitCode
    } catch (error) {
      if (error instanceof NoSuchKey) return undefined
      throw error
    }
  }
}

const key = (job: string): string => `runs/${job}/exit.json`

function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
