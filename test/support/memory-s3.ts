import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { S3Client } from '@aws-sdk/client-s3'

/**
 * An S3 with a few verbs over HTTP, for tests that need no region: objects in memory, every write recorded.
 */
export class MemoryS3 {
  readonly objects = new Map<string, Buffer>()
  readonly writes: string[] = []
  /** Keys whose writes fail. */
  readonly broken = new Set<string>()
  readonly client: S3Client
  readonly #server: Server

  private constructor(server: Server, port: number) {
    this.#server = server
    this.client = new S3Client({
      region: 'eu-west-1',
      endpoint: `http://127.0.0.1:${port}`,
      forcePathStyle: true,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    })
  }

  static async start(): Promise<MemoryS3> {
    const server = createServer((request, response) => {
      store
        .answer(request)
        .then(({ status, body }) =>
          response.writeHead(status).end(request.method === 'HEAD' ? undefined : body),
        )
        .catch((error: unknown) => response.destroy(error as Error))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const store = new MemoryS3(server, (server.address() as AddressInfo).port)
    return store
  }

  async stop(): Promise<void> {
    this.client.destroy()
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async answer(request: IncomingMessage): Promise<{ status: number; body: Buffer | string }> {
    const { pathname } = new URL(request.url ?? '/', 'http://s3')
    const key = decodeURIComponent(pathname).split('/').slice(2).join('/')
    if (request.method === 'PUT') {
      const body = await buffer(request)
      if (this.broken.has(key)) return { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' }
      this.objects.set(key, body)
      this.writes.push(key)
      return { status: 200, body: '' }
    }
    const found = this.objects.get(key)
    if (found) return { status: 200, body: found }
    return { status: 404, body: '<Error><Code>NoSuchKey</Code></Error>' }
  }
}
