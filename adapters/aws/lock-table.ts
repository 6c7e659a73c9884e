import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { GetCommand, paginateScan, UpdateCommand } from '@aws-sdk/lib-dynamodb'
import type { LockRecord, LockTable } from '../../core/deploy/lock.ts'

/** A lock as a person sees it. */
export interface HeldLock {
  app: string
  /** ARN of the execution. */
  owner: string
  /** ISO time. */
  since: string
}

/** Locks in the stage's DynamoDB table; every write is conditional on what was read before. */
export class DynamoLockTable implements LockTable {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client
    this.#table = table
  }

  async read(app: string): Promise<LockRecord | undefined> {
    const answer = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: lockKey(app), ConsistentRead: true }),
    )
    if (!answer.Item) return undefined
    const { pk: _pk, sk: _sk, ...record } = answer.Item
    return record as LockRecord
  }

  /** Every lock that somebody holds, by app; the owner's run may be over. */
  async held(): Promise<HeldLock[]> {
    const scan = {
      TableName: this.#table,
      FilterExpression: 'sk = :lock AND attribute_exists(#owner)',
      ExpressionAttributeNames: { '#owner': 'owner' },
      ExpressionAttributeValues: { ':lock': 'lock' },
      ConsistentRead: true,
    }
    const found: HeldLock[] = []
    for await (const page of paginateScan({ client: this.#client }, scan)) {
      for (const item of page.Items ?? []) {
        const app = String(item.pk).slice(lockKey('').pk.length)
        found.push({ app, owner: String(item.owner), since: String(item.since ?? '') })
      }
    }
    return found.sort((a, b) => a.app.localeCompare(b.app))
  }

  async take(
    app: string,
    owner: string,
    seen: LockRecord | undefined,
    at: Date,
  ): Promise<number | undefined> {
    const condition = seen?.owner === undefined ? 'attribute_not_exists(#owner)' : '#owner = :seen'
    return await unlessChanged(async () => {
      const answer = await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: lockKey(app),
          UpdateExpression: 'SET #owner = :owner, since = :since ADD fence :one',
          ConditionExpression: condition,
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: {
            ':owner': owner,
            ':since': at.toISOString(),
            ':one': 1,
            ...(seen?.owner === undefined ? {} : { ':seen': seen.owner }),
          },
          ReturnValues: 'ALL_NEW',
        }),
      )
      return Number(answer.Attributes?.fence)
    })
  }

  /** The record stays for its fence number. */
  async free(app: string, owner: string): Promise<boolean> {
    const freed = await unlessChanged(async () => {
      await this.#client.send(
        new UpdateCommand({
          TableName: this.#table,
          Key: lockKey(app),
          UpdateExpression: 'REMOVE #owner, since',
          ConditionExpression: '#owner = :owner',
          ExpressionAttributeNames: { '#owner': 'owner' },
          ExpressionAttributeValues: { ':owner': owner },
        }),
      )
      return true
    })
    return freed ?? false
  }
}

export const lockKey = (app: string): { pk: string; sk: string } => ({ pk: `app#${app}`, sk: 'lock' })

async function unlessChanged<T>(write: () => Promise<T>): Promise<T | undefined> {
  try {
    return await write()
  } catch (error) {
    if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return undefined
    throw error
  }
}
