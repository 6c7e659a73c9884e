import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { AwsV4Signer } from 'aws4fetch'

const REGION = 'eu-test-1'
const TOKEN = 'metadata-token'
const ROLE = 'role-of-the-service'

interface Kept {
  version: number
  value: string
}

/**
 * The metadata service and Parameter Store as a program sees them, on one port. Each call is compared with
 * what another library signs: a wrong signature is refused.
 */
export class ParameterStore {
  readonly kept = new Map<string, Kept>()
  /** Calls of GetParameters: the names, and whether values were asked for. */
  readonly calls: { names: string[]; decrypted: boolean }[] = []
  /** How often somebody asked for credentials, and how long they last. */
  credentials = 0
  seconds = 3600
  /** What GetParameters answers instead. */
  problem: { status: number; body: string } | undefined
  readonly #server: Server = createServer((request, answer) => void this.#answer(request, answer))

  /** @returns what an instance's environment says of it */
  async start(): Promise<Record<string, string>> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
    return { AWS_EC2_METADATA_SERVICE_ENDPOINT: url, AWS_ENDPOINT_URL: url }
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  put(name: string, value: string): void {
    this.kept.set(name, { version: (this.kept.get(name)?.version ?? 0) + 1, value })
  }

  async #answer(request: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method, url = '', headers } = request
    const say = (status: number, body: string) => void answer.writeHead(status).end(body)
    if (method === 'POST') {
      const { status, body } = await this.#parameters(request)
      return say(status, body)
    }
    if (method === 'PUT' && url === '/latest/api/token') return say(200, TOKEN)
    if (headers['x-aws-ec2-metadata-token'] !== TOKEN) return say(401, 'no token')
    const found = this.#metadata(url.replace('/latest/meta-data/', ''))
    return found === undefined ? say(404, '') : say(200, found)
  }

  #metadata(path: string): string | undefined {
    if (path === 'placement/region') return REGION
    if (path === 'iam/security-credentials/') return ROLE
    if (path !== `iam/security-credentials/${ROLE}`) return undefined
    this.credentials++
    const Expiration = new Date(Date.now() + this.seconds * 1000).toISOString().replace(/\.\d+/, '')
    return JSON.stringify({ Code: 'Success', ...this.#keys(), Expiration }, undefined, 2)
  }

  #keys() {
    const AccessKeyId = `ASIA${this.credentials}`
    return { AccessKeyId, SecretAccessKey: `secret/${AccessKeyId}`, Token: `token+${AccessKeyId}==` }
  }

  async #parameters(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const body = await text(request)
    if (request.headers.authorization !== (await this.#authorization(request, body)))
      return { status: 403, body: '{"__type":"InvalidSignatureException"}' }
    const { Names, WithDecryption } = JSON.parse(body) as { Names: string[]; WithDecryption: boolean }
    this.calls.push({ names: Names, decrypted: WithDecryption })
    if (this.problem) return this.problem
    if (Names.length > 10) return { status: 400, body: '{"__type":"ValidationException"}' }
    const Parameters = Names.flatMap((Name) => {
      const kept = this.kept.get(Name)
      if (!kept) return []
      const Value = WithDecryption ? kept.value : 'AQICAHh…'
      return [
        {
          Name,
          Type: 'SecureString',
          Value,
          Version: kept.version,
          LastModifiedDate: 1.79e9,
          DataType: 'text',
        },
      ]
    })
    const InvalidParameters = Names.filter((name) => !this.kept.has(name))
    return { status: 200, body: JSON.stringify({ Parameters, InvalidParameters }) }
  }

  /** As aws4fetch signs the same request at the same time. */
  async #authorization({ headers }: IncomingMessage, body: string): Promise<string | null> {
    const keys = this.#keys()
    const signer = new AwsV4Signer({
      url: `http://${headers.host}/`,
      method: 'POST',
      headers: {
        'content-type': String(headers['content-type']),
        'x-amz-target': String(headers['x-amz-target']),
      },
      body,
      service: 'ssm',
      region: REGION,
      accessKeyId: keys.AccessKeyId,
      secretAccessKey: keys.SecretAccessKey,
      sessionToken: keys.Token,
      datetime: String(headers['x-amz-date']),
      allHeaders: true,
    })
    return (await signer.sign()).headers.get('authorization')
  }
}
