import { randomUUID } from 'node:crypto'
import { added, type CartCopy, linesOf, NOTHING, stampOf } from './cart-copy.ts'
import type { CartStore, Line } from './cart-store.ts'

/**
 * Carts in this process only, for a developer's machine: they are gone when it ends, and no other instance
 * sees them.
 */
export class MemoryStore implements CartStore {
  readonly #carts = new Map<string, CartCopy & { until: number }>()
  readonly #idleMs: number
  readonly #now: () => number
  #last = 0

  /** @param idleMs how long a cart lives when nobody looks at it */
  constructor(idleMs: number, now: () => number = Date.now) {
    this.#idleMs = idleMs
    this.#now = now
  }

  async read(user: string): Promise<Line[]> {
    const cart = this.#cart(user)
    if (cart.additions.size > 0) this.#keep(user, cart)
    return linesOf(cart)
  }

  async add(user: string, line: Line, key: string = randomUUID()): Promise<void> {
    this.#keep(user, added(this.#cart(user), key, line, stampOf(++this.#last)))
  }

  async empty(user: string): Promise<void> {
    this.#carts.delete(user)
  }

  async close(): Promise<void> {
    this.#carts.clear()
  }

  #cart(user: string): CartCopy {
    const cart = this.#carts.get(user)
    return cart !== undefined && cart.until > this.#now() ? cart : NOTHING
  }

  /** The cart used last comes last, so the expired ones come first. */
  #keep(user: string, cart: CartCopy): void {
    this.#carts.delete(user)
    this.#carts.set(user, { ...cart, until: this.#now() + this.#idleMs })
    for (const [other, { until }] of this.#carts) {
      if (until > this.#now()) return
      this.#carts.delete(other)
    }
  }
}
