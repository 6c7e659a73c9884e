import { Agent, request } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import pLimit, { type LimitFunction } from 'p-limit'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../../core/base/errors.ts'
import type { AccessSource, ConsulAccess } from './access.ts'

/** A Consul server cannot be reached, or cannot do now what it was asked. */
export class ConsulFailure extends ServiceFailure {}

/** For one request: a healthy server answers in tens of milliseconds. */
const TIMEOUT_MS = 3000
/** Requests in flight at one server; its agent handles them one after the other anyway. */
const IN_FLIGHT = 16

/** By then a follower knows a token that was made at the leader; it takes about 100 ms. */
const FOLLOWS_MS = 300

/** An answer that is as good as success. */
interface Accepted {
  status: number
  text: string
}

/** What is asked of a server. */
interface Asked {
  path: string
  /** A value that is absent is not sent. */
  query?: Record<string, string | undefined>
  /** Sent as JSON. */
  body?: unknown
  /** An answer that means null. */
  accepted?: Accepted
  /** How long to wait for the answer, if not the usual time. */
  patienceMs?: number | undefined
}

interface Answer {
  status: number
  text: string
}

interface Sent {
  url: URL
  method: string
  body: unknown
  access: ConsulAccess
  patienceMs: number
}

/**
 * A server's answer to a token that it does not know (tried with 1.22.6): it was deleted, or the cluster has
 * just formed and has not made it yet.
 */
const isUnknownToken = ({ status, text }: Answer): boolean => status === 403 && text.includes('ACL not found')

/** HTTPS to Consul's servers with a limit on time and on requests in flight. */
export class ConsulRequests {
  private readonly access: AccessSource
  private readonly port: number
  private readonly lines = new Map<string, LimitFunction>()
  private readonly agents = new Map<string, Agent>()

  constructor(access: AccessSource, port = 8501) {
    this.access = access
    this.port = port
  }

  /** The token of the requests. */
  async token(): Promise<string> {
    return (await this.access.current()).token
  }

  async get<T>(server: ConsulServer, asked: Asked): Promise<T> {
    const answer = await this.send(server, 'GET', asked)
    try {
      return JSON.parse(answer || 'null') as T
    } catch (cause) {
      throw new ServiceRefusal(
        `Consul at ${server.address} answered GET ${asked.path} with something that is not JSON`,
        { cause },
      )
    }
  }

  async put(server: ConsulServer, asked: Asked): Promise<void> {
    await this.send(server, 'PUT', asked)
  }

  private async send(server: ConsulServer, method: 'GET' | 'PUT', asked: Asked): Promise<string> {
    const line = this.lines.get(server.address) ?? pLimit(IN_FLIGHT)
    this.lines.set(server.address, line)
    return await line(() => this.ask(server, method, asked))
  }

  private async ask(server: ConsulServer, method: 'GET' | 'PUT', asked: Asked): Promise<string> {
    const { path, query = {}, body, accepted, patienceMs = TIMEOUT_MS } = asked
    const url = new URL(path, `https://${server.address}:${this.port}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value)
    try {
      const ask = (access: ConsulAccess) => this.twice({ url, method, body, access, patienceMs })
      let answer = await ask(await this.access.current())
      if (isUnknownToken(answer)) answer = await ask(await this.access.renew())
      if (isUnknownToken(answer)) {
        await sleep(FOLLOWS_MS)
        answer = await ask(await this.access.current())
      }
      const { status, text } = answer
      if (status < 300 || (accepted?.status === status && text.includes(accepted.text))) return text
      // 429 is Consul's limit on requests; any other 4xx means that the request is wrong or not allowed.
      const passing = status === 429 || isUnknownToken(answer)
      const Failure = status >= 400 && status < 500 && !passing ? ServiceRefusal : ConsulFailure
      throw new Failure(
        `Consul at ${server.address} answered ${method} ${path} with ${status}: ${text.trim()}`,
      )
    } catch (cause) {
      if (cause instanceof ServiceFailure) throw cause
      throw new ConsulFailure(
        `Consul at ${server.address} does not answer ${method} ${path}: ${reason(cause)}`,
        { cause },
      )
    }
  }

  /**
   * A connection kept from before the function was frozen breaks on first use; every request can be repeated.
   */
  private async twice(sent: Sent): Promise<Answer> {
    return await this.once(sent).catch((error: unknown) => {
      if ((error as Error).name === 'TimeoutError') throw error
      return this.once(sent)
    })
  }

  private async once({ url, method, body, access, patienceMs }: Sent): Promise<Answer> {
    const content = body === undefined ? undefined : JSON.stringify(body)
    return await new Promise((resolve, reject) => {
      const asked = request(url, {
        method,
        agent: this.agent(access.certificate),
        headers: {
          'X-Consul-Token': access.token,
          ...(content === undefined ? {} : { 'Content-Length': Buffer.byteLength(content) }),
        },
        signal: AbortSignal.timeout(patienceMs),
      })
      // An abort's cause says why.
      const fail = (error: Error): void =>
        reject(error.name === 'AbortError' ? (error.cause ?? error) : error)
      asked.on('error', fail)
      asked.on('response', (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', fail)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
        )
      })
      asked.end(content)
    })
  }

  /** Trusts only this authority; a certificate is valid for the address that it names. */
  private agent(certificate: string): Agent {
    const known = this.agents.get(certificate)
    if (known) return known
    const made = new Agent({ ca: certificate, keepAlive: true, minVersion: 'TLSv1.2' })
    this.agents.set(certificate, made)
    return made
  }
}

/** Some errors hide why in their cause. */
const reason = (error: unknown): string => {
  const { message, cause } = error as Error
  return (cause as Error | undefined)?.message ?? message
}
