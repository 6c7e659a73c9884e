import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { HeldRemovals, HeldStore } from '../../core/registration/held.ts'

const KEY = { pk: 'reconcile', sk: 'held' } as const

/**
 * Held removals in the stage's DynamoDB table. Simultaneous rounds may overwrite each other; then both wait
 * longer.
 */
export class DynamoHeldRemovals implements HeldStore {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client
    this.#table = table
  }

  async load(): Promise<HeldRemovals | null> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true }),
    )
    return Item ? { instanceIds: Item.instanceIds as string[], at: Item.at as string } : null
  }

  async save(held: HeldRemovals): Promise<void> {
    await this.#client.send(new PutCommand({ TableName: this.#table, Item: { ...KEY, ...held } }))
  }
}
