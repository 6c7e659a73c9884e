import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { openSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { randomSecrets } from '../../adapters/consul/secret-maker.ts'
import type { ConsulServer } from '../../core/base/catalog.ts'
import type { Instance } from '../../core/base/instances.ts'
import { controlName, TAG } from '../../core/base/names.ts'
import { missingSecrets, type SecretName } from '../../core/secrets/secrets.ts'
import { type SignRequest, signServer } from '../../core/secrets/sign-server.ts'
import { consulBinary, freeOctet } from './consul.ts'

/** Of every server's network interface. */
const MAC = '0a:00:00:00:00:01'

/**
 * The platform's own program as Consul servers, on an AWS that answers only what the program asks: EC2 shows
 * every server as running, whatever happened to its process, until it is lost.
 */
export class PlatformProgram {
  readonly secrets = missingSecrets(new Map(), randomSecrets)
  readonly servers: ConsulServer[]
  /** The second octet of all addresses. */
  readonly network: number
  /** What was sent to functions, with their names; who waits for one gets what this returns. */
  onInvoke: (name: string, payload: unknown) => unknown = () => {}
  readonly #folder: string
  readonly #launched = new Date()
  readonly #running = new Map<string, ChildProcess>()
  readonly #listening: Server[] = []
  readonly #lost = new Set<string>()

  private constructor(network: number, folder: string, count: number) {
    this.network = network
    this.#folder = folder
    this.servers = Array.from({ length: count }, (_, index) => ({
      instanceId: `i-${(0xc0 + index).toString(16).padStart(17, '0')}`,
      address: `127.${network}.0.${index + 1}`,
    }))
  }

  static async start(count: number): Promise<PlatformProgram> {
    const folder = await mkdtemp(join(tmpdir(), 'platform-'))
    const platform = new PlatformProgram(await freeOctet(), folder, count)
    await platform.#listen(`127.${platform.network}.0.250`, 8200, (...call) => platform.#aws(...call))
    for (const server of platform.servers) {
      await platform.#listen(server.address, 8169, async (...call) => platform.#metadata(server, ...call))
      platform.run(server)
    }
    return platform
  }

  secret(name: SecretName): string {
    return this.secrets.get(name) ?? ''
  }

  /** Starts the server's program with its own data. */
  run({ instanceId, address }: ConsulServer): void {
    const log = openSync(join(this.#folder, `${instanceId}.log`), 'a')
    const child = spawn(consulBinary(), [], {
      stdio: ['ignore', log, log],
      env: {
        DATA_DIR: join(this.#folder, instanceId),
        HOME: this.#folder,
        AWS_ENDPOINT_URL: `http://127.${this.network}.0.250:8200`,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: `http://${address}:8169`,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        AWS_REGION: 'eu-west-1',
      },
    })
    this.#running.set(address, child)
  }

  signal({ address }: ConsulServer, signal: NodeJS.Signals): void {
    this.#running.get(address)?.kill(signal)
  }

  /** The exit code of the server's program, once it has one. */
  async ended({ address }: ConsulServer): Promise<number | null> {
    const child = this.#running.get(address)
    if (!child) throw new Error(`no program runs at ${address}`)
    return await new Promise((resolve) => child.once('exit', resolve))
  }

  /** Ends the server's program without warning, and its instance: EC2 no longer shows it. */
  lose(server: ConsulServer): void {
    this.#lost.add(server.address)
    this.signal(server, 'SIGKILL')
  }

  /** The last lines of the server program's log. */
  async lastWords({ instanceId }: ConsulServer): Promise<string> {
    return (await readFile(join(this.#folder, `${instanceId}.log`), 'utf8')).slice(-1500)
  }

  async stop(): Promise<void> {
    const ends = [...this.#running.values()].map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGKILL')
      await gone
    })
    await Promise.all(ends)
    for (const server of this.#listening) server.closeAllConnections()
    for (const server of this.#listening) server.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #listen(
    address: string,
    port: number,
    answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  ): Promise<void> {
    const server = createServer((request, response) => void answer(request, response))
    this.#listening.push(server)
    await new Promise<void>((resolve) => server.listen(port, address, resolve))
  }

  async #metadata(server: ConsulServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === 'PUT') {
      response.setHeader('X-Aws-Ec2-Metadata-Token-Ttl-Seconds', '21600')
      response.end('token')
      return
    }
    const known: Record<string, string> = {
      'instance-id': server.instanceId,
      'local-ipv4': server.address,
      'placement/availability-zone': 'eu-west-1a',
      'placement/region': 'eu-west-1',
      mac: MAC,
      [`network/interfaces/macs/${MAC}/vpc-ipv4-cidr-blocks`]: `127.${this.network}.0.0/16`,
    }
    response.end(known[(request.url ?? '').replace('/latest/meta-data/', '')] ?? '')
  }

  /** The function's own work, on what this EC2 shows. */
  async #sign(request: SignRequest): Promise<{ certificate: string }> {
    const instances = this.servers.map(({ instanceId: id, address }): Instance => {
      const tags = { [TAG.kind]: 'consulserver', [TAG.stage]: 'test' }
      return { id, address, state: 'running', vpcId: 'vpc-0a', tags }
    })
    const ports = {
      stage: { name: 'test', vpcId: 'vpc-0a' },
      instances: { confirm: async (ids: string[]) => instances.filter(({ id }) => ids.includes(id)) },
      secrets: { read: async () => this.secrets },
      serial: () => randomBytes(16),
      now: () => new Date(),
    }
    return await signServer(ports, request)
  }

  async #aws(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    const [, name] = /\/functions\/([^/]+)\/invocations$/.exec(request.url ?? '') ?? []
    if (name === controlName('test', 'sign-server')) {
      response.end(JSON.stringify(await this.#sign(JSON.parse(body) as SignRequest)))
      return
    }
    if (name !== undefined) {
      const answer = this.onInvoke(name, JSON.parse(body))
      if (request.headers['x-amz-invocation-type'] === 'Event') response.writeHead(202).end()
      else response.end(JSON.stringify((await answer) ?? null))
      return
    }
    if (String(request.headers['x-amz-target'] ?? '').startsWith('AmazonSSM.')) {
      const folder = '/nanofleet-secrets/test/platform/'
      const Parameters = [...this.secrets].map(([secret, Value]) => ({ Name: folder + secret, Value }))
      const asked = new Set((JSON.parse(body) as { Names: string[] }).Names)
      response.setHeader('Content-Type', 'application/x-amz-json-1.1')
      response.end(JSON.stringify({ Parameters: Parameters.filter(({ Name }) => asked.has(Name)) }))
      return
    }
    const tag = '<tagSet><item><key>nanofleet:stage</key><value>test</value></item></tagSet>'
    const shown = this.servers.filter(({ address }) => !this.#lost.has(address))
    const items = shown.map(
      ({ instanceId, address }) =>
        `<item><instancesSet><item><instanceId>${instanceId}</instanceId><vpcId>vpc-0a</vpcId>` +
        `<privateIpAddress>${address}</privateIpAddress><launchTime>${this.#launched.toISOString()}</launchTime>` +
        `${tag}</item></instancesSet></item>`,
    )
    response.end(
      `<DescribeInstancesResponse><reservationSet>${items.join('')}</reservationSet></DescribeInstancesResponse>`,
    )
  }
}
