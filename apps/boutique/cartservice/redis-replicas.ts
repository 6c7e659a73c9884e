import { lookup } from 'node:dns/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { RedisReplica } from './redis-replica.ts'

/** How often the name is resolved: a Redis that is new gets its copies soon after. */
const RESOLVE_MS = 1000
/** How long a Redis is kept that the name no longer leads to: until it ends, its carts can be copied. */
const LINGER_MS = 60_000
/** How long a request waits for one that answers. */
const PATIENCE_MS = 2000
const LOOK_MS = 20

/** Brings what the target may lack; rejects when that did not work. */
export type Fill = (target: RedisReplica, others: readonly RedisReplica[]) => Promise<void>

/** The addresses behind a name. */
export type Resolve = (host: string) => Promise<string[]>

export const resolveName: Resolve = async (host) =>
  (await lookup(host, { all: true, family: 4 })).map(({ address }) => address)

/** What the replicas of a store are made of. */
export interface ReplicaParts {
  host: string
  port: number
  fill: Fill
  resolve: Resolve
  log(line: string): void
}

/** Every Redis behind a name. One that is new, or was silent for a while, is filled from the others. */
export class RedisReplicas {
  readonly #parts: ReplicaParts
  readonly #known = new Map<string, { replica: RedisReplica; seen: number }>()
  readonly #closed = new AbortController()
  /** Undefined once the addresses that were found first have been tried. */
  #first: Promise<unknown> | undefined
  readonly #filling = new Set<RedisReplica>()

  constructor(parts: ReplicaParts) {
    this.#parts = parts
    this.#first = this.#begin()
  }

  /**
   * Those that answer; none if there is none within two seconds. What one of them lacks another may have, so
   * a program that has just started waits until it has tried all.
   */
  async up(): Promise<RedisReplica[]> {
    const end = performance.now() + PATIENCE_MS
    if (this.#first) await Promise.race([this.#first, pause(PATIENCE_MS, undefined, { ref: false })])
    for (;;) {
      const found = this.#all().filter(({ isUp }) => isUp)
      if (found.length > 0 || performance.now() > end) return found
      await pause(LOOK_MS)
    }
  }

  /** A write went to these only: all others lack it, one among them that has begun to answer meanwhile. */
  missed(reached: readonly RedisReplica[]): void {
    for (const replica of this.#all()) {
      if (reached.includes(replica)) continue
      replica.isBehind = true
    }
    this.#catchUp()
  }

  close(): void {
    this.#closed.abort()
    for (const replica of this.#all()) replica.close()
    this.#known.clear()
  }

  #all(): RedisReplica[] {
    return [...this.#known.values()].map(({ replica }) => replica)
  }

  async #begin(): Promise<void> {
    await this.#resolve()
    await Promise.all(this.#all().map(({ tried }) => tried))
    this.#first = undefined
    void this.#follow()
  }

  async #follow(): Promise<void> {
    while (!this.#closed.signal.aborted) {
      await pause(RESOLVE_MS, undefined, { ref: false })
      await this.#resolve()
    }
  }

  /** A name that cannot be resolved, or leads nowhere, says nothing about those that are known. */
  async #resolve(): Promise<void> {
    const found = await this.#parts.resolve(this.#parts.host).catch(() => [])
    if (this.#closed.signal.aborted) return
    const now = performance.now()
    for (const address of found) {
      const known = this.#known.get(address)
      if (known) known.seen = now
      else this.#known.set(address, { replica: this.#open(address), seen: now })
    }
    for (const [address, { replica, seen }] of this.#known) {
      if (found.length === 0 || now - seen < LINGER_MS) continue
      replica.close()
      this.#known.delete(address)
    }
  }

  #open(address: string): RedisReplica {
    return new RedisReplica(address, this.#parts.port, {
      log: this.#parts.log,
      answers: () => this.#catchUp(),
    })
  }

  #catchUp(): void {
    for (const replica of this.#all()) if (!this.#filling.has(replica)) void this.#bringUpToDate(replica)
  }

  /** Never rejects. A copy that breaks off is made again, as long as there is something to copy from. */
  async #bringUpToDate(target: RedisReplica): Promise<void> {
    this.#filling.add(target)
    while (target.isBehind && target.isUp && !this.#closed.signal.aborted) {
      const others = this.#all().filter((other) => other !== target && other.isUp)
      if (others.length === 0) break
      target.isBehind = false
      await this.#parts.fill(target, others).catch(async (error: Error) => {
        target.isBehind = true
        this.#parts.log(`carts are not all at ${target.place} yet: ${error.message}`)
        await pause(RESOLVE_MS)
      })
    }
    this.#filling.delete(target)
  }
}
