import type { CartStore, Line } from './cart-store.ts'
import { merge } from './merge.ts'

/** Carts of this process alone, for a shop on a developer's machine: they end with it and no other instance sees them. */
export class MemoryStore implements CartStore {
  readonly #carts = new Map<string, { lines: Line[]; until: number }>()
  readonly #idleMs: number
  readonly #now: () => number

  /** @param idleMs after which a cart that nobody looks at is gone */
  constructor(idleMs: number, now: () => number = Date.now) {
    this.#idleMs = idleMs
    this.#now = now
  }

  async read(user: string): Promise<Line[]> {
    const lines = this.#lines(user)
    if (lines.length > 0) this.#keep(user, lines)
    return lines
  }

  async add(user: string, line: Line): Promise<void> {
    this.#keep(user, merge(this.#lines(user), line))
  }

  async empty(user: string): Promise<void> {
    this.#carts.delete(user)
  }

  async close(): Promise<void> {
    this.#carts.clear()
  }

  #lines(user: string): Line[] {
    const cart = this.#carts.get(user)
    return cart !== undefined && cart.until > this.#now() ? cart.lines : []
  }

  /** The cart kept last stands last, so those whose time is over stand first. */
  #keep(user: string, lines: Line[]): void {
    this.#carts.delete(user)
    this.#carts.set(user, { lines, until: this.#now() + this.#idleMs })
    for (const [other, { until }] of this.#carts) {
      if (until > this.#now()) return
      this.#carts.delete(other)
    }
  }
}
