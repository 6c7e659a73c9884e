import type { Server } from 'node:http'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { CLAIM_PORT } from '../ports.ts'
import type { RootKey } from '../root-key.ts'
import type { Served } from '../served.ts'
import { createAlb, type Door } from './alb.ts'
import { HealthChecker } from './checks.ts'
import { consulGroup, consulRule } from './extras.ts'
import { Fleet, isLocal } from './fleet.ts'
import { answerLanding, exposed, isLanding } from './landing.ts'
import { closeHttp, isPublic, Listeners, listen } from './listeners.ts'
import { RegionClient } from './region.ts'
import { HealthReporter } from './reporter.ts'
import { compileRoutes, type Routes, route } from './routing.ts'
import type { Action, ElbState, Rule } from './state.ts'
import { TargetAgent } from './upstream.ts'
import { isForeign, REFUSED } from './visitors.ts'

export interface GatewayOptions {
  /** The region, such as `http://127.0.0.1:4566`. */
  endpoint: string
  /** Root's key there; absent in tests, whose region asks for none. */
  key?: RootKey
  /** The public address. */
  address: string
  port: number
  /** `127.<octet>.0.2`: held while the gateway runs, as the claim on the address range; absent in tests. */
  claim?: string
  /** Called whenever the listeners have changed. */
  onChange?: (served: Served[]) => void | Promise<void>
}

/** A region that does not answer keeps the gateway back no longer than this. */
const KNOWN_MS = 2000

const NOTHING: ElbState = { version: 0, loadBalancers: [], targetGroups: [], consulServers: [] }

/** Whether the gateway itself answers: with its landing page, or with Consul's. */
const isOwn = (action: Action | undefined): boolean =>
  action === undefined || (action.type === 'forward' && action.targetGroups.some(({ arn }) => isLocal(arn)))

/** The load balancers of the local region. */
export class Gateway {
  readonly fleet = new Fleet()
  readonly #options: GatewayOptions
  readonly #region: RegionClient
  readonly #listeners = new Listeners(this.fleet)
  readonly #checker = new HealthChecker(this.fleet)
  readonly #reporter: HealthReporter
  #agent = new TargetAgent(60)
  readonly #public: Server
  readonly #claim = createServer((socket) => socket.destroy())
  #state = NOTHING
  #rules: Rule[] = []
  #routes: Routes = compileRoutes({ rules: [], defaultActions: [] })
  #following: Promise<void> = Promise.resolve()
  /** Resolved when the first state is followed. */
  readonly #known = Promise.withResolvers<void>()

  constructor(options: GatewayOptions) {
    this.#options = options
    this.#region = new RegionClient(options.endpoint, options.key)
    this.#reporter = new HealthReporter(this.fleet, (report) => this.#region.report(report))
    this.#public = createAlb(this.#door(), this.fleet)
  }

  /**
   * Resolves to the public port. Rejects when the address range or the public port is taken. Where the region
   * answers, nobody is let in before the routes are known: a restart must not answer 404.
   */
  async start(): Promise<number> {
    const { address, port, claim } = this.#options
    if (claim) await listen(this.#claim, claim, CLAIM_PORT)
    this.#following = this.#follow()
    await Promise.race([this.#known.promise, sleep(KNOWN_MS, undefined, { ref: false })])
    try {
      return await listen(this.#public, address, port)
    } catch (error) {
      await this.stop()
      throw error
    }
  }

  /** Accepts no new connections, closes idle ones, and resolves when it no longer follows the region. */
  async stop(): Promise<void> {
    this.#region.stop()
    this.#reporter.stop()
    this.#checker.stop()
    this.#listeners.close()
    closeHttp(this.#public)
    this.#claim.close()
    await this.#following
    this.#agent.destroy()
  }

  async #follow(): Promise<void> {
    for await (const { state, renewed } of this.#region.states()) {
      await this.apply(state)
      this.#known.resolve()
      if (renewed) this.#reporter.all()
    }
  }

  async apply(state: ElbState): Promise<void> {
    this.#state = state
    this.fleet.apply({ targetGroups: [...state.targetGroups, consulGroup(state)] })
    const shared = state.loadBalancers.flatMap((balancer) =>
      balancer.listeners.filter((listener) => isPublic(balancer, listener)),
    )
    const idle = state.loadBalancers.find((balancer) => balancer.type === 'application')?.idleTimeout ?? 60
    if (this.#agent.idleMs !== idle * 1000) this.#agent = new TargetAgent(idle)
    this.#rules = [...shared.flatMap((listener) => listener.rules), consulRule]
    this.#routes = compileRoutes({
      rules: this.#rules,
      defaultActions: shared.flatMap((listener) => listener.defaultActions).slice(0, 1),
    })
    await this.#listeners.apply(state)
    await this.#options.onChange?.(this.#served())
  }

  #door(): Door {
    return {
      choose: (host, path, headers) => {
        const action = isLanding(host) ? undefined : route(this.#routes, host, path)
        return isOwn(action) && isForeign(headers) ? REFUSED : action
      },
      agent: () => this.#agent,
      otherwise: (request, response) => answerLanding(request, response, this.#exposed()),
    }
  }

  #served(): Served[] {
    const { address } = this.#options
    const shared = this.#state.loadBalancers.flatMap((balancer) =>
      balancer.listeners
        .filter((listener) => isPublic(balancer, listener))
        .map(
          (listener): Served => ({
            loadBalancer: balancer.name,
            type: balancer.type,
            protocol: listener.protocol,
            port: listener.port,
            addresses: [address],
            boundPort: this.#port(),
          }),
        ),
    )
    return [...shared, ...this.#listeners.served]
  }

  #exposed(): ReturnType<typeof exposed> {
    const served = this.#listeners.served.map((place) => {
      const balancer = this.#state.loadBalancers.find((one) => one.name === place.loadBalancer)
      const listener = balancer?.listeners.find((one) => one.port === place.port)
      return { place, actions: listener?.defaultActions ?? [] }
    })
    return exposed(this.fleet, this.#port(), this.#rules, served)
  }

  #port(): number {
    const address = this.#public.address()
    return typeof address === 'object' && address ? address.port : this.#options.port
  }
}
