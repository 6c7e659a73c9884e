import { ServiceFailure } from '../../core/base/errors.ts'
import type { HealingGroups } from '../../core/healing/heal.ts'
import type { GroupFacts } from '../../core/healing/judge.ts'
import type { HealingRecord, HealingStore } from '../../core/healing/record.ts'

/** The rounds' record in memory. */
export class MemoryHealingStore implements HealingStore {
  record: HealingRecord | null = null
  saves = 0

  async load(): Promise<HealingRecord | null> {
    return structuredClone(this.record)
  }

  async save(record: HealingRecord): Promise<boolean> {
    if ((this.record?.version ?? 0) !== record.version - 1) return false
    this.record = structuredClone(record)
    this.saves++
    return true
  }
}

/** Groups that note what is given back to them. */
export class MemoryHealingGroups implements HealingGroups {
  readonly facts = new Map<string, GroupFacts>()
  readonly looked: string[][] = []
  readonly givenBack: string[] = []
  /** Instances that cannot be given back. */
  readonly refused = new Set<string>()

  async look(names: string[]): Promise<Map<string, GroupFacts>> {
    if (names.length > 0) this.looked.push(names)
    return new Map([...this.facts].filter(([name]) => names.includes(name)))
  }

  async giveBack(instanceId: string): Promise<void> {
    if (this.refused.has(instanceId))
      throw new ServiceFailure(`Auto Scaling does not replace ${instanceId}: throttled`)
    this.givenBack.push(instanceId)
  }
}
