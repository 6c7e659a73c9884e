import type { ConsulAccess } from '../../adapters/consul/access.ts'
import type { Context } from '../../cli/context.ts'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { until } from '../../scripts/demo/wait.ts'
import { askServer, liveAccess } from './consul-api.ts'
import { consulServers, tryResolve, votingServers } from './names.ts'
import { withWeb } from './stage.ts'
import { untilWhole } from './web.ts'

/** What one server says about its cluster (Consul docs, "Status HTTP API"). */
interface Status {
  leader: string
  peers: string[]
}

/** What was observed about the servers and a name while something happened to them. */
export interface Watched {
  /** The moments at which two servers led, each with its own peers, as text. */
  splits: string[]
  /** The longest time without any address for the name, in milliseconds, and how often DNS was queried. */
  longestGap: number
  samples: number
  /** The fewest members that a leader counted. */
  fewest: number
}

/** Milliseconds between two DNS queries. */
const ASKED_EVERY_MS = 50

/** Looks at every server 4 times per second and queries DNS through the network load balancer every 50 ms. */
export class PlatformWatch {
  readonly #context: Context
  readonly #service: string
  readonly #timers: NodeJS.Timeout[]
  readonly #pending = new Set<Promise<void>>()
  readonly #seen: Watched = { splits: [], longestGap: 0, samples: 0, fewest: Number.POSITIVE_INFINITY }
  #lastAnswer = Date.now()
  #lastAsked = Date.now()
  #looking = false
  #access: ConsulAccess | undefined

  constructor(context: Context, service: string) {
    this.#context = context
    this.#service = service
    const every = (milliseconds: number, act: () => Promise<void>): NodeJS.Timeout =>
      setInterval(() => {
        const acting = act().finally(() => this.#pending.delete(acting))
        this.#pending.add(acting)
      }, milliseconds)
    this.#timers = [every(ASKED_EVERY_MS, () => this.#ask()), every(250, () => this.#look())]
  }

  async stop(): Promise<Watched> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#pending)
    return this.#seen
  }

  async #ask(): Promise<void> {
    const asked = Date.now()
    // A late query is this process's gap, not DNS's.
    this.#lastAnswer += Math.max(0, asked - this.#lastAsked - ASKED_EVERY_MS)
    this.#lastAsked = asked
    const addresses = await tryResolve(this.#context, this.#service)
    this.#seen.samples += 1
    if (!addresses?.length) return
    this.#seen.longestGap = Math.max(this.#seen.longestGap, asked - this.#lastAnswer)
    this.#lastAnswer = Math.max(this.#lastAnswer, asked)
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    // A busy region may refuse; the next look comes soon.
    const servers = await consulServers(this.#context).catch(() => [])
    this.#access ??= await liveAccess(this.#context)
    const access = this.#access
    const answers = await Promise.all(servers.map((server) => statusOf(server, access)))
    // After a rotation nobody shows a certificate of the authority that was read.
    if (answers.every((status) => status === undefined)) this.#access = undefined
    const led = answers.filter((status) => status !== undefined).filter(({ leader }) => leader !== '')
    // A leader that has just handed over may call itself leader a moment longer, but not with different
    // peers.
    const leading = led.filter(({ leader, self }) => leader.startsWith(`${self}:`))
    if (new Set(leading.map(({ peers }) => peers.join())).size > 1)
      this.#seen.splits.push(JSON.stringify(led))
    for (const { peers } of leading) this.#seen.fewest = Math.min(this.#seen.fewest, peers.length)
    this.#looking = false
  }
}

/** What a server says, or undefined while it does not answer. */
async function statusOf(
  { address }: ConsulServer,
  access: ConsulAccess,
): Promise<(Status & { self: string }) | undefined> {
  const ask = async (path: string): Promise<unknown> => {
    const signal = AbortSignal.timeout(1000)
    return JSON.parse((await askServer(address, `/v1/status/${path}`, access, { signal })).text)
  }
  try {
    const [leader, peers] = (await Promise.all([ask('leader'), ask('peers')])) as [string, string[]]
    return { self: address, leader, peers: peers.sort() }
  } catch {
    return undefined
  }
}

/** The stage with two healthy instances of web and a cluster of three Consul servers. */
export async function withCluster(): Promise<Context> {
  const context = await withWeb()
  await untilWhole(context, 2, 30)
  await untilOneCluster(context, 3, 60)
  return context
}

/**
 * Waits until exactly `count` servers are running, all vote, name the same leader and have each other as
 * peers.
 * @throws ServiceFailure after `seconds`
 */
export async function untilOneCluster(
  context: Context,
  count: number,
  seconds: number,
): Promise<ConsulServer[]> {
  const access = await liveAccess(context)
  return until(`${count} Consul servers in one cluster`, seconds, async () => {
    const servers = await consulServers(context)
    const [first] = servers
    if (!first || servers.length !== count) return undefined
    const wanted = servers.map(({ address }) => address).sort()
    const answers = await Promise.all(servers.map((server) => statusOf(server, access)))
    const peers = wanted
      .map((address) => `${address}:8300`)
      .sort()
      .join()
    if (answers.some((status) => status?.peers.join() !== peers)) return undefined
    if (new Set(answers.map((status) => status?.leader)).size !== 1) return undefined
    const voting = await votingServers(first, access).catch(() => [])
    return voting.join() === wanted.join() ? servers : undefined
  })
}
