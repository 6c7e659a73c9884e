import type { Template } from '../../core/base/cloudformation.ts'
import type { BackupForm } from '../../core/deploy/backups.ts'
import type { RestoredTables } from '../../core/deploy/restore-data.ts'
import type { MemoryStacks } from './memory-stacks.ts'

const TYPE = 'AWS::DynamoDB::Table'

/** DynamoDB's backups in memory: a restored table is there after one look. */
export class MemoryBackups implements RestoredTables {
  readonly #stacks: MemoryStacks
  readonly #made = new Map<string, BackupForm & { holds: number }>()
  readonly #coming = new Set<string>()

  constructor(stacks: MemoryStacks) {
    this.#stacks = stacks
  }

  /** Backs up a table of a stack; @returns the ARN */
  create(stack: string, logical: string, change: Partial<BackupForm> = {}): string {
    const table = this.#stacks.made.of(stack).find(({ name }) => name === logical)?.id ?? ''
    const number = `${this.#made.size + 1}`.padStart(14, '0')
    const id = `arn:aws:dynamodb:eu-west-1:123456789012:table/${table}/backup/${number}-0`
    const template = JSON.parse(this.#stacks.templates.get(stack) ?? '{}') as Template
    const holds = this.#stacks.made.physical.get(table)?.holds ?? 0
    const form: BackupForm = {
      id,
      name: `nanofleet-dev.shop.${logical}.${number}`,
      table,
      at: '2026-01-31T12:00:00.000Z',
      state: 'AVAILABLE',
      keySchema: template.Resources[logical]?.Properties?.KeySchema,
      globalIndexes: [],
      localIndexes: [],
      ...change,
    }
    this.#made.set(id, { ...form, holds })
    return id
  }

  async describe(id: string): Promise<BackupForm | undefined> {
    return this.#made.get(id)
  }

  async state(table: string): Promise<string | undefined> {
    if (this.#coming.delete(table)) return 'CREATING'
    return this.#stacks.made.physical.has(table) ? 'ACTIVE' : undefined
  }

  async restore(backup: string, table: string): Promise<void> {
    this.#stacks.made.physical.set(table, { type: TYPE, holds: this.#made.get(backup)?.holds ?? 0 })
    this.#coming.add(table)
  }
}
