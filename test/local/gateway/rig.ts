import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Gateway } from '../../../local/gateway/gateway.ts'
import type { ElbState, HealthReport, Listener, Target, TargetGroup } from '../../../local/gateway/state.ts'

/** A region that serves a load balancer state by long poll and keeps the reported health. */
export class StubRegion {
  state: ElbState = { version: 1, loadBalancers: [], targetGroups: [], consulServers: [] }
  readonly reports: HealthReport[] = []
  readonly #server: Server
  #waiting: (() => void)[] = []

  constructor() {
    this.#server = createServer((request, response) => {
      if (request.method === 'PUT') {
        let body = ''
        request.on('data', (chunk) => {
          body += chunk
        })
        request.on('end', () => {
          this.reports.push(JSON.parse(body))
          response.writeHead(204).end()
        })
        return
      }
      const known = new URL(request.url ?? '', 'http://stub').searchParams.get('version')
      const answer = (): void => {
        response.end(JSON.stringify(this.state))
      }
      if (known === String(this.state.version)) this.#waiting.push(answer)
      else answer()
    })
  }

  async start(port = 0): Promise<string> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    return this.endpoint
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  set(change: Partial<ElbState>): void {
    this.state = { ...this.state, ...change, version: this.state.version + 1 }
    for (const answer of this.#waiting.splice(0)) answer()
  }

  /** A target's health according to the last report that names it. */
  healthOf(group: string, key: string): HealthReport[string][string] | undefined {
    return this.reports.map((report) => report[group]?.[key]).findLast((one) => one !== undefined)
  }

  stop(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

/** A gateway with a stub region and its targets; `await using` stops them all. */
export class Rig {
  readonly region = new StubRegion()
  readonly servers: { close(): unknown; closeAllConnections?(): void }[] = []
  gateway!: Gateway
  port = 0

  static async start(): Promise<Rig> {
    const rig = new Rig()
    const endpoint = await rig.region.start()
    rig.gateway = new Gateway({ endpoint, address: '127.0.0.1', port: 0 })
    rig.port = await rig.gateway.start()
    return rig
  }

  /** A target on its own address. */
  async target(id: string, listener: RequestListener): Promise<Target> {
    const server = createServer(listener)
    await this.listen(server)
    const { address, port } = server.address() as AddressInfo
    return { id, port, address, state: 'registered' }
  }

  async listen(server: Server): Promise<void> {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    this.servers.push(server)
  }

  /** An ALB whose public listener forwards `<host>.localhost` to a group with the same name. */
  expose(groups: Record<string, Target[]>, overrides: Partial<TargetGroup> = {}, idleTimeout = 60): void {
    const rules = Object.keys(groups).map((name, index) => ({
      arn: `rule-${name}`,
      priority: index + 1,
      conditions: [{ field: 'host-header' as const, values: [`${name}.localhost`] }],
      actions: [{ type: 'forward' as const, targetGroups: [{ arn: name, weight: 1 }] }],
    }))
    const listener: Listener = {
      arn: 'listener',
      port: 80,
      protocol: 'HTTP',
      defaultActions: [
        { type: 'fixed-response', statusCode: 404, contentType: 'text/plain', body: 'no such service' },
      ],
      rules,
    }
    this.region.set({
      loadBalancers: [
        { arn: 'alb', name: 'alb', type: 'application', addresses: [], idleTimeout, listeners: [listener] },
      ],
      targetGroups: Object.entries(groups).map(([arn, targets]) => ({
        ...group(arn),
        ...overrides,
        targets,
      })),
    })
  }

  /** The gateway is gone, and another one begins on the same region. */
  async restart(): Promise<void> {
    await this.gateway.stop()
    this.gateway = new Gateway({ endpoint: this.region.endpoint, address: '127.0.0.1', port: 0 })
    this.port = await this.gateway.start()
  }

  ask(host: string, options: RequestOptions = {}, body?: string): Promise<Answer> {
    return ask(this.port, { ...options, headers: { Host: `${host}:${this.port}`, ...options.headers } }, body)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections?.()
      server.close()
    }
    this.region.stop()
    await this.gateway.stop()
  }
}

export interface RequestOptions {
  path?: string
  method?: string
  headers?: Record<string, string>
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

/** One request on its own connection; `Host` may be any name. */
export function ask(port: number, options: RequestOptions, body?: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asked = request({ host: '127.0.0.1', port, agent: false, ...options }, (answer) => {
    let text = ''
    answer.on('data', (chunk) => {
      text += chunk
    })
    answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }))
    answer.once('error', reject)
  })
  asked.once('error', reject)
  asked.end(body)
  return promise
}

export function group(name: string): TargetGroup {
  return {
    arn: name,
    name,
    protocol: 'HTTP',
    port: 80,
    deregistrationDelay: 5,
    algorithm: 'round_robin',
    healthCheck: {
      protocol: 'HTTP',
      port: null,
      path: '/healthz',
      matcher: '200',
      interval: 0.1,
      timeout: 0.5,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
    },
    targets: [],
  }
}

/** Waits until `condition` holds; fails with `what` after 5 s. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5_000
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${what}`)
    await sleep(10)
  }
}

/** A target that answers every request with this text. */
export const hello =
  (text: string) =>
  (_request: unknown, response: { end(text: string): unknown }): void => {
    response.end(text)
  }

/** What the gateway calls one of the targets of the first group. */
export const keyOf = (rig: Rig, index: number): string => {
  const target = rig.region.state.targetGroups[0]?.targets[index]
  return `${target?.id}:${target?.port}`
}
