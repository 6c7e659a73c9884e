import { ServiceFailure } from '../../core/base/errors.ts'
import type { HeldRemovals, HeldStore } from '../../core/registration/held.ts'

/** Held removals in memory. */
export class MemoryHeldStore implements HeldStore {
  #held: HeldRemovals | null = null

  readonly #broken: ReadonlySet<string>

  /** @param broken when it contains `held`, nothing can be read or saved */
  constructor(broken: ReadonlySet<string> = new Set()) {
    this.#broken = broken
  }

  async load(): Promise<HeldRemovals | null> {
    this.#ask()
    return structuredClone(this.#held)
  }

  async save(held: HeldRemovals): Promise<void> {
    this.#ask()
    this.#held = structuredClone(held)
  }

  #ask(): void {
    if (this.#broken.has('held')) throw new ServiceFailure('the table does not answer: throttled')
  }
}
