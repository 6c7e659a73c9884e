import type { HeldRemovals, HeldStore } from '../../core/held.ts'

/** Held removals in memory. */
export class MemoryHeldStore implements HeldStore {
  #held: HeldRemovals | null = null

  async load(): Promise<HeldRemovals | null> {
    return structuredClone(this.#held)
  }

  async save(held: HeldRemovals): Promise<void> {
    this.#held = structuredClone(held)
  }
}
