import type { Holdings, Known } from '../../core/deploy/holdings.ts'
import type { KeptBook, KeptData } from '../../core/deploy/kept-data.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import type { MemoryResources } from './memory-resources.ts'

/** Records of kept data in memory. */
export class MemoryKeptBook implements KeptBook {
  readonly #records = new Map<string, KeptData>()

  async list(app: string): Promise<KeptData[]> {
    const own = [...this.#records].filter(([key]) => key.startsWith(`${app} `))
    return structuredClone(own.sort().map(([, data]) => data))
  }

  async keep(app: string, data: readonly KeptData[]): Promise<void> {
    for (const each of data) this.#records.set(key(app, each), structuredClone(each))
  }

  async drop(app: string, data: readonly StackPart[]): Promise<void> {
    for (const each of data) this.#records.delete(key(app, each))
  }
}

const key = (app: string, { name, id }: StackPart): string => `${app} ${name}#${id}`

/** Counts what resources in memory hold. */
export const memoryHoldings = (made: MemoryResources): Holdings => ({
  of: async ({ id }): Promise<Known> => {
    const found = made.physical.get(id)
    return found ? { holding: { what: 'rows', count: found.holds } } : { missing: true }
  },
})
