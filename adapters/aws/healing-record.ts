import { type DynamoDBDocumentClient, GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb'
import type { HealingRecord, HealingStore } from '../../core/healing/record.ts'

const KEY = { pk: 'reconcile', sk: 'healing' } as const

/** The rounds' record of sick instances in the stage's DynamoDB table. */
export class DynamoHealingRecord implements HealingStore {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client
    this.#table = table
  }

  async load(): Promise<HealingRecord | null> {
    const { Item } = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: KEY, ConsistentRead: true }),
    )
    if (!Item) return null
    const { version, at, sick, groups } = Item as HealingRecord
    return { version, at, sick, groups }
  }

  async save(record: HealingRecord): Promise<boolean> {
    const before = { ':before': record.version - 1 }
    try {
      await this.#client.send(
        new PutCommand({
          TableName: this.#table,
          Item: { ...KEY, ...record },
          ConditionExpression: record.version === 1 ? 'attribute_not_exists(pk)' : 'version = :before',
          ...(record.version === 1 ? {} : { ExpressionAttributeValues: before }),
        }),
      )
      return true
    } catch (error) {
      if ((error as Error).name === 'ConditionalCheckFailedException') return false
      throw error
    }
  }
}
