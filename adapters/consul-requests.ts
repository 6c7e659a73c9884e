import type { ConsulServer } from '../core/catalog.ts'
import { ServiceFailure, ServiceRefusal } from '../core/errors.ts'

/** A Consul server that cannot be reached or cannot do what it was asked now. */
export class ConsulFailure extends ServiceFailure {}

/** Milliseconds for one request: a healthy server answers in tens of them. */
const TIMEOUT = 3000
/** Requests in flight at one server; its agent works them off one after the other anyway. */
const IN_FLIGHT = 16

/** An answer that is as good as success. */
interface Accepted {
  status: number
  text: string
}

/** HTTP to Consul's servers with a bound on time and on requests in flight. */
export class ConsulRequests {
  private readonly port: number
  private readonly token: string | undefined
  private readonly gates = new Map<string, Gate>()

  /** @param token sent as X-Consul-Token where Consul's access control is on */
  constructor(port = 8500, token?: string) {
    this.port = port
    this.token = token
  }

  async get<T>(server: ConsulServer, path: string, query: Record<string, string> = {}): Promise<T> {
    const answer = await this.send(server, 'GET', path, query)
    try {
      return JSON.parse(answer) as T
    } catch (cause) {
      throw new ServiceRefusal(`Consul at ${server.address} answered GET ${path} with what is no JSON`, {
        cause,
      })
    }
  }

  async put(
    server: ConsulServer,
    path: string,
    query: Record<string, string>,
    body?: unknown,
    accepted?: Accepted,
  ): Promise<void> {
    await this.send(server, 'PUT', path, query, body, accepted)
  }

  private async send(
    server: ConsulServer,
    method: 'GET' | 'PUT',
    path: string,
    query: Record<string, string>,
    body?: unknown,
    accepted?: Accepted,
  ): Promise<string> {
    const url = new URL(path, `http://${server.address}:${this.port}`)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    const gate = this.gates.get(server.address) ?? new Gate(IN_FLIGHT)
    this.gates.set(server.address, gate)
    await gate.enter()
    try {
      const { status, text } = await this.once(url, method, body).catch((error: unknown) => {
        if ((error as Error).name === 'TimeoutError') throw error
        // A connection kept from before the function was frozen breaks on first use; every request can be repeated.
        return this.once(url, method, body)
      })
      if (status < 300 || (accepted?.status === status && text.includes(accepted.text))) return text
      // 429 is Consul's limit on requests; any other 4xx says that the request is wrong or not allowed.
      const Failure = status >= 400 && status < 500 && status !== 429 ? ServiceRefusal : ConsulFailure
      throw new Failure(
        `Consul at ${server.address} answered ${method} ${path} with ${status}: ${text.trim()}`,
      )
    } catch (cause) {
      if (cause instanceof ServiceFailure) throw cause
      throw new ConsulFailure(
        `Consul at ${server.address} does not answer ${method} ${path}: ${reason(cause)}`,
        { cause },
      )
    } finally {
      gate.leave()
    }
  }

  private async once(url: URL, method: string, body: unknown): Promise<{ status: number; text: string }> {
    const response = await fetch(url, {
      method,
      headers: this.token === undefined ? {} : { 'X-Consul-Token': this.token },
      signal: AbortSignal.timeout(TIMEOUT),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, text: await response.text() }
  }
}

/** fetch says "fetch failed" and hides why in its cause. */
const reason = (error: unknown): string => {
  const { message, cause } = error as Error
  return (cause as Error | undefined)?.message ?? message
}

/** Lets so many through at a time, the others in the order they came. */
class Gate {
  private free: number
  private readonly waiting: (() => void)[] = []

  constructor(size: number) {
    this.free = size
  }

  async enter(): Promise<void> {
    if (this.free > 0) this.free--
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
  }

  leave(): void {
    const next = this.waiting.shift()
    if (next) next()
    else this.free++
  }
}
