import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import type { ConsulCluster } from '../../live/consul.ts'
import { askServer } from '../../live/consul-api.ts'
import { now } from './clock.ts'
import type { Functions } from './functions.ts'
import type { LiveWorld } from './live-world.ts'
import type { Span } from './samples.ts'

/**
 * Milliseconds from the death of a server to the round that its neighbours ask for: they look every half
 * second, and a function takes a while to start.
 */
const EARLY_WORD_MS = 1500
/** They report it when there is a leader other than the dead server. */
const WORD_AFTER_ELECTION_MS = 300
/** Milliseconds after which a returned server must vote. */
const WHOLE_MS = 15_000

/** Kills Consul servers, lets their neighbours report it, and brings them back. */
export class Servers {
  /** When servers were not running or did not yet know what the others know, by address. */
  readonly downtimes: (Span & { server: string })[] = []
  readonly #world: LiveWorld
  readonly #functions: Functions
  readonly #cluster: ConsulCluster
  /** Called when servers come or go. */
  readonly #changed: (living: ConsulServer[]) => void
  #return: Promise<void> = Promise.resolve()

  constructor(
    world: LiveWorld,
    functions: Functions,
    cluster: ConsulCluster,
    changed: (living: ConsulServer[]) => void,
  ) {
    this.#world = world
    this.#functions = functions
    this.#cluster = cluster
    this.#changed = changed
  }

  alive = (server: string, from: number, to: number): boolean =>
    !this.downtimes.some((down) => down.server === server && down.from <= to && from <= down.to)

  get living(): ConsulServer[] {
    return this.#cluster.servers.filter(({ address }) => !this.#world.dead.has(address))
  }

  /**
   * Waits until the cluster can lose a server: a returned one votes again some seconds later.
   * @returns how many milliseconds it waited
   */
  async whole(): Promise<number> {
    const begin = now()
    const { servers, management } = this.#cluster
    await this.#return
    for (;;) {
      const { status, text } = await askServer(
        servers[0]?.address ?? '',
        '/v1/operator/autopilot/health',
        management,
      )
      if (status === 200 && (JSON.parse(text) as { FailureTolerance: number }).FailureTolerance > 0)
        return now() - begin
      if (now() - begin > WHOLE_MS) throw new Error(`the cluster is not complete again: ${status} ${text}`)
      await sleep(100)
    }
  }

  /** Have all servers been alive for this many milliseconds? */
  allFor(milliseconds: number): boolean {
    return this.downtimes.every(({ to }) => now() - to > milliseconds)
  }

  async kill(who: 'leader' | 'follower', pick: number): Promise<void> {
    const leader = await this.#leader()
    const those = this.living.filter(({ address }) => (address === leader) === (who === 'leader'))
    const server = those[Math.floor(pick * those.length)]
    if (!server) throw new Error(`no ${who} to kill`)
    this.downtimes.push({ server: server.address, from: now(), to: Number.POSITIVE_INFINITY })
    this.#world.dead.add(server.address)
    this.#world.changed()
    this.#changed(this.living)
    await this.#cluster.kill(server)
    void this.#earlyWord(server.address, now() + EARLY_WORD_MS)
  }

  /** The round that a dead server's neighbours ask for (apps/platform/consul, which has its own tests). */
  async #earlyWord(silent: string, at: number): Promise<void> {
    await sleep(at - now())
    if ((await this.#leader()) === undefined) {
      while ((await this.#leader()) === undefined) await sleep(50)
      await sleep(WORD_AFTER_ELECTION_MS)
    }
    await this.#functions.reconcile({ silent: [silent] })
  }

  /** The last killed one comes back; resolves when it is up again. */
  revive(): Promise<void> {
    this.#return = this.#revive()
    return this.#return
  }

  async #revive(): Promise<void> {
    const down = this.downtimes.at(-1)
    const server = this.#cluster.servers.find(({ address }) => address === down?.server)
    if (!down || !server) return
    this.#world.broughtBack(server.address, down.from)
    await this.#cluster.revive(server)
    await this.#caughtUp(server)
    this.#world.broughtBack(server.address, down.from)
    this.#world.dead.delete(server.address)
    down.to = now()
    this.#changed(this.living)
  }

  /** The leader that a majority names; a killed one does not count. */
  async #leader(): Promise<string | undefined> {
    const named = await Promise.all(
      this.living.map(({ address }) =>
        askServer(address, '/v1/status/leader', this.#cluster.management, {
          signal: AbortSignal.timeout(500),
        })
          .then(({ text }) => text.replace(/^"(.*?)(:\d+)?"$/, '$1'))
          .catch(() => ''),
      ),
    )
    const living = new Set(this.living.map(({ address }) => address))
    const [first = ''] = named
    return living.has(first) && named.every((name) => name === first) ? first : undefined
  }

  /** Waits until the server has caught up with the leader: before that, its answers are from when it died. */
  async #caughtUp(server: ConsulServer): Promise<void> {
    const leader = await this.#leader()
    const others = this.living.filter(({ address }) => address === leader)
    const goal = others[0] ? (await this.#applied(others[0])).index : 0
    const end = now() + 10_000
    for (;;) {
      const { index, pending } = await this.#applied(server)
      if (index >= goal && pending === 0) return
      if (now() > end) throw new Error(`${server.address} did not catch up within 10 s`)
      await sleep(50)
    }
  }

  /** What has been sent to the catalog, and how much of that it has not applied yet. */
  async #applied({ address }: ConsulServer): Promise<{ index: number; pending: number }> {
    const { status, text } = await askServer(address, '/v1/agent/self', this.#cluster.management)
    // A server that has only just started does not know the token yet.
    if (status !== 200) return { index: 0, pending: 0 }
    const { raft } = (JSON.parse(text) as { Stats: { raft: Record<string, string> } }).Stats
    return { index: Number(raft.applied_index), pending: Number(raft.fsm_pending) }
  }
}
