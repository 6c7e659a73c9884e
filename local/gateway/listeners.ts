import type { Server as HttpServer } from 'node:http'
import type { Server as NetServer } from 'node:net'
import type { Served } from '../served.ts'
import { createAlb, type Door } from './alb.ts'
import type { Fleet } from './fleet.ts'
import { compileRoutes, type Routes, route } from './routing.ts'
import type { ElbState, ForwardAction, Listener, LoadBalancer } from './state.ts'
import type { ReachableTarget } from './targets.ts'
import { createTcp } from './tcp.ts'
import { UdpListener } from './udp.ts'
import { TargetAgent } from './upstream.ts'

/** A privileged port is served 8000 higher: a developer is not root. */
export const localPort = (port: number): number => (port < 1024 ? port + 8000 : port)

/** The ALB listener behind the public address. */
export const isPublic = (balancer: LoadBalancer, listener: Listener): boolean =>
  balancer.type === 'application' && listener.protocol === 'HTTP' && listener.port === 80

interface Opened {
  served: Served
  door: ListenerDoor
  close(): void
}

/** The sockets of all listeners except the public address, kept in sync with the region's state. */
export class Listeners {
  readonly #fleet: Fleet
  readonly #opened = new Map<string, Opened>()

  constructor(fleet: Fleet) {
    this.#fleet = fleet
  }

  get served(): Served[] {
    return [...this.#opened.values()].map((opened) => opened.served)
  }

  /** Opens new listeners and closes those that are gone; the others use the new rules at once. */
  async apply(state: Pick<ElbState, 'loadBalancers'>): Promise<void> {
    const wanted = new Map<string, [LoadBalancer, Listener, string]>()
    for (const balancer of state.loadBalancers) {
      for (const listener of balancer.listeners) {
        if (isPublic(balancer, listener)) continue
        const addresses = balancer.type === 'application' ? ['127.0.0.1'] : balancer.addresses
        for (const address of addresses) {
          wanted.set(`${listener.arn} ${listener.protocol} ${listener.port} ${address}`, [
            balancer,
            listener,
            address,
          ])
        }
      }
    }
    for (const [key, opened] of this.#opened) {
      if (wanted.has(key)) continue
      this.#opened.delete(key)
      opened.close()
    }
    for (const [key, [balancer, listener, address]] of wanted) {
      const present = this.#opened.get(key)
      if (present) present.door.update(balancer, listener)
      else this.#opened.set(key, await this.#open(balancer, listener, address))
    }
  }

  close(): void {
    for (const opened of this.#opened.values()) opened.close()
    this.#opened.clear()
  }

  async #open(balancer: LoadBalancer, listener: Listener, address: string): Promise<Opened> {
    const door = new ListenerDoor(balancer, listener)
    const served: Served = {
      loadBalancer: balancer.name,
      type: balancer.type,
      protocol: listener.protocol,
      port: listener.port,
      addresses: [address],
      boundPort: null,
    }
    if (listener.protocol === 'HTTPS' || listener.protocol === 'TLS') {
      served.problem = `${listener.protocol} listeners are not served locally`
      return { served, door, close: () => {} }
    }
    const closers: (() => void)[] = []
    try {
      served.boundPort = await this.#bind(balancer, listener, door, address, closers)
    } catch (error) {
      served.problem = `cannot listen on ${address}:${localPort(listener.port)}: ${(error as Error).message}`
    }
    return {
      served,
      door,
      close() {
        for (const close of closers) close()
      },
    }
  }

  async #bind(
    balancer: LoadBalancer,
    listener: Listener,
    door: ListenerDoor,
    address: string,
    closers: (() => void)[],
  ): Promise<number> {
    const port = localPort(listener.port)
    if (balancer.type === 'application') {
      const server = createAlb(door, this.#fleet)
      closers.push(() => closeHttp(server))
      return listenAnywhere(server, address, port)
    }
    const pick = (): ReachableTarget | undefined => {
      const action = door.forward
      return action && this.#fleet.pick(action)
    }
    let bound = port
    if (listener.protocol !== 'UDP') {
      const server = createTcp(pick)
      closers.push(() => server.close())
      bound = await listen(server, address, port)
    }
    if (listener.protocol !== 'TCP') {
      const socket = new UdpListener(pick)
      closers.push(() => socket.close())
      bound = await socket.bind(address, bound)
    }
    return bound
  }
}

/** A listener's rules, as the region last described them. */
class ListenerDoor implements Door {
  #routes: Routes
  #agent: TargetAgent

  constructor(balancer: LoadBalancer, listener: Listener) {
    this.#routes = compileRoutes(listener)
    this.#agent = new TargetAgent(balancer.idleTimeout)
  }

  update(balancer: LoadBalancer, listener: Listener): void {
    this.#routes = compileRoutes(listener)
    if (this.#agent.idleMs === balancer.idleTimeout * 1000) return
    // Requests under way keep the old agent, whose idle connections end through its own timeout.
    this.#agent = new TargetAgent(balancer.idleTimeout)
  }

  choose(host: string, path: string): ReturnType<typeof route> {
    return route(this.#routes, host, path)
  }

  agent(): TargetAgent {
    return this.#agent
  }

  otherwise: Door['otherwise'] = (_request, response) => {
    response.writeHead(404, { 'Content-Length': 0 })
    response.end()
  }

  /** What an NLB listener forwards to. */
  get forward(): ForwardAction | undefined {
    return this.#routes.fallback?.type === 'forward' ? this.#routes.fallback : undefined
  }
}

/** Listens on the port, or on any free one if it is taken. */
export async function listenAnywhere(server: NetServer, address: string, port: number): Promise<number> {
  try {
    return await listen(server, address, port)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
    return listen(server, address, 0)
  }
}

/** Rejects with the socket's error, such as EADDRINUSE. */
export function listen(server: NetServer, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.once('error', reject)
  server.listen({ host, port, backlog: 1024 }, () => {
    server.off('error', reject)
    const address = server.address()
    resolve(typeof address === 'object' && address ? address.port : port)
  })
  return promise
}

export function closeHttp(server: HttpServer): void {
  server.close()
  server.closeIdleConnections()
}
