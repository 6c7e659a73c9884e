import {
  ABANDONED_MS,
  type Held,
  HOLD_MS,
  HoldLost,
  isOpen,
  type Orders,
  REMEMBER_MS,
  type Taken,
} from './orders.ts'

/** Orders in this process only, for a shop on a developer's machine. */
export class MemoryOrders implements Orders {
  readonly #rows = new Map<string, Held & { heldUntil: number; changedAt: number }>()
  readonly #now: () => number

  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  async take(fresh: Held): Promise<Taken> {
    this.#sweep()
    const row = this.#rows.get(fresh.key)
    if (row !== undefined && row.request !== fresh.request) return { state: 'other' }
    if (row?.progress.step === 'done') return { state: 'done', order: row.progress.order }
    if (row !== undefined && row.heldUntil > this.#now()) return { state: 'busy' }
    const {
      heldUntil: _,
      changedAt: __,
      ...held
    } = {
      ...fresh,
      heldUntil: 0,
      changedAt: 0,
      ...row,
      holder: fresh.holder,
    }
    this.#hold(held)
    return { state: 'held', held }
  }

  async keep(held: Held): Promise<void> {
    this.#check(held)
    this.#hold(held)
  }

  async release(held: Held): Promise<void> {
    this.#rows.set(held.key, { ...this.#check(held), heldUntil: 0 })
  }

  async forget(held: Held): Promise<void> {
    this.#check(held)
    this.#rows.delete(held.key)
  }

  #hold(held: Held): void {
    this.#rows.set(held.key, { ...held, heldUntil: this.#now() + HOLD_MS, changedAt: this.#now() })
  }

  async abandoned(holder: string): Promise<Held[]> {
    const until = this.#now() - ABANDONED_MS
    const found = [...this.#rows.values()].filter((row) => isOpen(row.progress) && row.changedAt < until)
    return found.map(({ heldUntil: _, changedAt: __, ...row }) => {
      const held = { ...row, holder }
      this.#hold(held)
      return held
    })
  }

  #check({ key, holder }: Held): Held & { changedAt: number } {
    const row = this.#rows.get(key)
    if (row?.holder !== holder) throw new HoldLost(`the order ${key} is not held by ${holder}`)
    return row
  }

  /** Only finished orders expire. */
  #sweep(): void {
    for (const [key, { progress, heldUntil }] of this.#rows) {
      const isOver = heldUntil - HOLD_MS + REMEMBER_MS < this.#now()
      if (progress.step === 'done' && isOver) this.#rows.delete(key)
    }
  }
}
