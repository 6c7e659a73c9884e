import { remember } from './additions.ts'
import type { CartStore, Line } from './cart-store.ts'
import { merge } from './merge.ts'

interface Cart {
  lines: Line[]
  /** The keys of its latest additions. */
  additions: string[]
}

const EMPTY: Cart = { lines: [], additions: [] }

/**
 * Carts in this process only, for a developer's machine: they are gone when it ends, and no other instance
 * sees them.
 */
export class MemoryStore implements CartStore {
  readonly #carts = new Map<string, Cart & { until: number }>()
  readonly #idleMs: number
  readonly #now: () => number

  /** @param idleMs how long a cart lives when nobody looks at it */
  constructor(idleMs: number, now: () => number = Date.now) {
    this.#idleMs = idleMs
    this.#now = now
  }

  async read(user: string): Promise<Line[]> {
    const cart = this.#cart(user)
    if (cart.lines.length > 0) this.#keep(user, cart)
    return cart.lines
  }

  async add(user: string, line: Line, key?: string): Promise<void> {
    const { lines, additions } = this.#cart(user)
    if (key !== undefined && additions.includes(key)) return
    const known = key === undefined ? additions : remember(additions, key)
    this.#keep(user, { lines: merge(lines, line), additions: known })
  }

  async empty(user: string): Promise<void> {
    this.#carts.delete(user)
  }

  async close(): Promise<void> {
    this.#carts.clear()
  }

  #cart(user: string): Cart {
    const cart = this.#carts.get(user)
    return cart !== undefined && cart.until > this.#now() ? cart : EMPTY
  }

  /** The cart used last comes last, so the expired ones come first. */
  #keep(user: string, cart: Cart): void {
    this.#carts.delete(user)
    this.#carts.set(user, { ...cart, until: this.#now() + this.#idleMs })
    for (const [other, { until }] of this.#carts) {
      if (until > this.#now()) return
      this.#carts.delete(other)
    }
  }
}
