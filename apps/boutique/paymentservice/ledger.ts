/** What this instance remembers about a charge. */
export interface Entry {
  /** The amount and card; undefined when another instance charged it. */
  paid: string | undefined
  refunded: boolean
}

/** Enough for repeats within seconds or minutes. */
const REMEMBERED = 10_000

/**
 * The latest charges and refunds of this instance, lost with its process. Repeats get the right answer
 * without it, because ids are derived from keys; it only adds the refusals that depend on what was charged
 * before.
 */
export class Ledger {
  readonly #entries = new Map<string, Entry>()

  get(transaction: string): Entry | undefined {
    return this.#entries.get(transaction)
  }

  put(transaction: string, entry: Entry): void {
    this.#entries.set(transaction, entry)
    const [oldest] = this.#entries.keys()
    if (this.#entries.size > REMEMBERED && oldest !== undefined) this.#entries.delete(oldest)
  }
}
