/** What this instance remembers of a charge. */
export interface Entry {
  /** Amount and card; undefined when another instance charged it. */
  paid: string | undefined
  refunded: boolean
}

/** Enough for the repeats that follow within seconds or minutes. */
const REMEMBERED = 10_000

/**
 * The last charges and refunds of this instance, lost with its process. Repeats are answered rightly without it, as ids are
 * derived from keys; it only adds the refusals for which one has to know what was charged first.
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
