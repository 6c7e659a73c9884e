import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import {
  BatchWriteCommand,
  GetCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteCommand,
} from '@aws-sdk/lib-dynamodb'
import { LockHeld, NotFound } from '../../core/base/errors.ts'
import {
  KEPT_RELEASES,
  type Release,
  type ReleaseBook,
  type ScaleOverride,
} from '../../core/deploy/releases.ts'
import { KEPT } from './kept-records.ts'
import { lockKey } from './lock-table.ts'

type Item = Record<string, unknown> & { pk: string; sk: string }

/** Releases in the stage's DynamoDB table; a write is refused once another execution holds the app's lock. */
export class DynamoReleaseBook implements ReleaseBook {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client
    this.#table = table
  }

  async current(app: string): Promise<Release | undefined> {
    const pointer = await this.#get(app, 'current')
    return pointer && (await this.release(app, Number(pointer.release)))
  }

  async release(app: string, number: number): Promise<Release> {
    const item = await this.#get(app, releaseKey(number))
    if (!item)
      throw new NotFound(`${app}: release ${number} is not kept; choose one of the last ${KEPT_RELEASES}`)
    return toRelease(item)
  }

  async kept(app: string): Promise<Release[]> {
    return (await this.#query(app, 'release#')).map(toRelease)
  }

  async record(app: string, release: Release, owner: string): Promise<void> {
    const { release: number, bundle } = release
    await this.#writeAs(owner, app, [
      { pk: partition(app), sk: releaseKey(number), ...release },
      { pk: partition(app), sk: 'current', release: number, bundle },
    ])
    const kept = await this.#query(app, 'release#')
    await this.#remove(kept.slice(0, Math.max(0, kept.length - KEPT_RELEASES)))
  }

  async overrides(app: string): Promise<Record<string, ScaleOverride>> {
    const items = await this.#query(app, 'scale#')
    return Object.fromEntries(
      items.map((item) => [
        item.sk.slice('scale#'.length),
        { count: Number(item.count), manifestCount: Number(item.manifestCount) },
      ]),
    )
  }

  async override(app: string, service: string, scale: ScaleOverride, owner: string): Promise<void> {
    await this.#writeAs(owner, app, [{ pk: partition(app), sk: `scale#${service}`, ...scale }])
  }

  async forget(app: string): Promise<void> {
    const items = await this.#query(app, '')
    await this.#remove(items.filter(({ sk }) => sk !== lockKey(app).sk && !sk.startsWith(KEPT)))
  }

  async deployedApps(): Promise<string[]> {
    const items = await this.#pages(
      (start) =>
        new ScanCommand({
          TableName: this.#table,
          FilterExpression: 'sk = :current',
          ExpressionAttributeValues: { ':current': 'current' },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
    )
    return items.map((item) => item.pk.slice('app#'.length)).sort()
  }

  async #get(app: string, sk: string): Promise<Item | undefined> {
    const key = { pk: partition(app), sk }
    const answer = await this.#client.send(
      new GetCommand({ TableName: this.#table, Key: key, ConsistentRead: true }),
    )
    return answer.Item as Item | undefined
  }

  /** Items of an app whose sort key starts with `prefix`, in key order (releases: oldest first). */
  async #query(app: string, prefix: string): Promise<Item[]> {
    const prefixed = prefix === '' ? '' : ' AND begins_with(sk, :prefix)'
    return await this.#pages(
      (start) =>
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: `pk = :pk${prefixed}`,
          ExpressionAttributeValues: {
            ':pk': partition(app),
            ...(prefix === '' ? {} : { ':prefix': prefix }),
          },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
    )
  }

  async #pages(
    command: (start: Record<string, unknown> | undefined) => QueryCommand | ScanCommand,
  ): Promise<Item[]> {
    const items: Item[] = []
    let start: Record<string, unknown> | undefined
    do {
      const page = await this.#client.send(command(start) as QueryCommand)
      items.push(...((page.Items ?? []) as Item[]))
      start = page.LastEvaluatedKey
    } while (start)
    return items
  }

  async #writeAs(owner: string, app: string, items: Item[]): Promise<void> {
    const held = {
      ConditionCheck: {
        TableName: this.#table,
        Key: lockKey(app),
        ConditionExpression: '#owner = :owner',
        ExpressionAttributeNames: { '#owner': 'owner' },
        ExpressionAttributeValues: { ':owner': owner },
      },
    }
    const puts = items.map((item) => ({ Put: { TableName: this.#table, Item: item } }))
    try {
      await this.#client.send(new TransactWriteCommand({ TransactItems: [held, ...puts] }))
    } catch (cause) {
      if (!lockIsGone(cause)) throw cause
      throw new LockHeld(
        `${app}: the lock has gone to another execution; look at it before you start again`,
        { cause },
      )
    }
  }

  /** 25 deletions fit into one request (API Reference, "BatchWriteItem"). */
  async #remove(items: Item[]): Promise<void> {
    for (let start = 0; start < items.length; start += 25) {
      let requests = items
        .slice(start, start + 25)
        .map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }) as const)
      while (requests.length > 0) {
        const answer = await this.#client.send(
          new BatchWriteCommand({ RequestItems: { [this.#table]: requests } }),
        )
        requests = (answer.UnprocessedItems?.[this.#table] ?? []) as typeof requests
      }
    }
  }
}

/**
 * A transaction is cancelled for other reasons too, such as a conflict (API Reference, "TransactWriteItems").
 */
const lockIsGone = (error: unknown): boolean =>
  error instanceof TransactionCanceledException &&
  (error.CancellationReasons ?? []).some(({ Code }) => Code === 'ConditionalCheckFailed')

function toRelease({ pk: _pk, sk: _sk, ...release }: Item): Release {
  return release as unknown as Release
}

const partition = (app: string): string => `app#${app}`
const releaseKey = (number: number): string => `release#${String(number).padStart(6, '0')}`
