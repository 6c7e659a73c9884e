import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsulAccess } from '../../../adapters/consul/access.ts'
import type { ConsulServer } from '../../../core/base/catalog.ts'
import { askServer } from '../../live/consul-api.ts'
import { now } from './clock.ts'
import type { Mark } from './ledger.ts'

export const BARE = 'bare'
/** Milliseconds between two entries. */
const EVERY_MS = 250
/**
 * Entries at the beginning; fewer when a server dies with some of them, but each new one still replaces
 * another.
 */
const STANDING = 12

/**
 * Consul without us: entries without a check that a client registers with the live servers in turn and
 * removes again.
 */
export class Bare {
  readonly marks = new Map<string, Mark[]>()
  readonly #network: string
  readonly #access: ConsulAccess
  readonly #living: () => ConsulServer[]
  #standing: { address: string; server: ConsulServer }[] = []
  /** The server of every entry there ever was. */
  readonly #placed = new Map<string, string>()
  #count = 0
  #ended = false

  constructor(network: string, access: ConsulAccess, living: () => ConsulServer[]) {
    this.#network = network
    this.#access = access
    this.#living = living
  }

  async run(): Promise<void> {
    const open = new Set<Promise<void>>()
    const start = (work: Promise<void>): void => {
      const tracked: Promise<void> = work.catch(() => {}).finally(() => open.delete(tracked))
      open.add(tracked)
    }
    for (let turn = 1; !this.#ended; turn++) {
      const servers = this.#living()
      const server = servers[this.#count % servers.length]
      if (server) start(this.#add(server))
      if (turn > STANDING) {
        const oldest = this.#standing.shift()
        if (oldest) start(this.#remove(oldest))
      }
      await sleep(EVERY_MS)
    }
    await Promise.all(open)
    for (const one of this.#standing) await this.#remove(one).catch(() => {})
  }

  end(): void {
    this.#ended = true
  }

  /** A server dies: its entries no longer count. */
  lose({ address }: ConsulServer): void {
    for (const [entry, server] of this.#placed) if (server === address) this.#mark(entry, 'free')
    this.#standing = this.#standing.filter(({ server }) => server.address !== address)
  }

  async #add(server: ConsulServer): Promise<void> {
    const number = ++this.#count
    const address = `${this.#network}.${200 + Math.floor(number / 250)}.${(number % 250) + 1}`
    this.marks.set(address, [])
    this.#placed.set(address, server.address)
    await this.#put(server, '/v1/agent/service/register', {
      ...{ ID: address, Name: BARE, Address: address, Port: 1 },
    })
    if (!this.#living().includes(server)) return
    this.#mark(address, 'in')
    this.#standing.push({ address, server })
  }

  async #remove({ address, server }: { address: string; server: ConsulServer }): Promise<void> {
    this.#mark(address, 'out')
    await this.#put(server, `/v1/agent/service/deregister/${address}`)
  }

  #mark(address: string, due: Mark['due']): void {
    this.marks.get(address)?.push({ at: now(), due })
  }

  async #put(server: ConsulServer, path: string, body?: unknown): Promise<void> {
    const { status, text } = await askServer(server.address, path, this.#access, { method: 'PUT', body })
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  }
}
