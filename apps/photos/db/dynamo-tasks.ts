import {
  ConditionalCheckFailedException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb'
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { CREATED } from '../lib/task.ts'
import { DecidedTasks } from './decided-tasks.ts'
import { created, isGone, type NewTask, type StoredTask, takeableFrom, taken } from './decisions.ts'
import { fromItem, type Item, idOf, taskKey, toItem, tokenItem, tokenKey } from './items.ts'
import { noSuchTask, requireSameFilter, type TaskStore } from './task-store.ts'

/** How many open tasks are read together; takers start with a random one, so that they rarely collide. */
const CHOICE = 10

/** How often in a row a writer may lose to another one before it gives up. */
const MOST_TRIES = 10

interface Put {
  Item: Item
  ConditionExpression?: string
  ExpressionAttributeNames?: Record<string, string>
  ExpressionAttributeValues?: Item
}

export interface DynamoTasksOptions {
  /** Milliseconds since 1970. */
  clock?: () => number
  /** From 0 to 1, like Math.random. */
  random?: () => number
}

/** Tasks in a table with the keys and indexes of images/photos/resources.yml. */
export class DynamoTasks extends DecidedTasks implements TaskStore {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string
  readonly #clock: () => number
  readonly #random: () => number

  constructor(client: DynamoDBDocumentClient, table: string, options: DynamoTasksOptions = {}) {
    super()
    this.#client = client
    this.#table = table
    this.#clock = options.clock ?? Date.now
    this.#random = options.random ?? Math.random
  }

  async create(wanted: NewTask): Promise<{ task: StoredTask; isNew: boolean }> {
    for (let tried = 0; tried < MOST_TRIES; tried += 1) {
      const { task: known, staleId } = await this.#byToken(wanted.token)
      if (known) {
        requireSameFilter(known, wanted)
        return { task: known, isNew: false }
      }
      const task = created(await this.#nextId(), wanted, this.#clock())
      if (await this.#putNew(task, staleId)) return { task, isNew: true }
    }
    throw new Error(`the token of a new task changed ${MOST_TRIES} times while it was being written`)
  }

  async next(worker: string): Promise<StoredTask | undefined> {
    let from: Record<string, unknown> | undefined
    do {
      const { ids, end } = await this.#open(from)
      for (const id of shuffled(ids, this.#random)) {
        const leased = await this.#take(id, worker)
        if (leased) return leased
      }
      from = end
    } while (from !== undefined)
    return undefined
  }

  async read(id: number): Promise<StoredTask> {
    const task = await this.#find(id)
    if (task === undefined) throw noSuchTask(id)
    return task
  }

  changedSince(time: number, limit: number): Promise<StoredTask[]> {
    return this.#query('changes', 'shown = :shown AND changedAt >= :from', { ':from': time }, limit, true)
  }

  newest(limit: number, below = Number.MAX_SAFE_INTEGER): Promise<StoredTask[]> {
    return this.#query('ids', 'shown = :shown AND id < :below', { ':below': below }, limit, false)
  }

  async #find(id: number): Promise<StoredTask | undefined> {
    const get = new GetCommand({ TableName: this.#table, Key: taskKey(id), ConsistentRead: true })
    const { Item } = await this.#client.send(get)
    const task = Item && fromItem(Item)
    // DynamoDB may take up to two days to remove expired items.
    return task && !isGone(task, this.#clock()) ? task : undefined
  }

  /** The task with this token, or the id of one that is gone. */
  async #byToken(token: string | undefined): Promise<{ task?: StoredTask | undefined; staleId?: number }> {
    if (token === undefined) return {}
    const get = new GetCommand({ TableName: this.#table, Key: tokenKey(token), ConsistentRead: true })
    const { Item } = await this.#client.send(get)
    if (!Item) return {}
    const id = Number(Item.id)
    return { task: await this.#find(id), staleId: id }
  }

  async #nextId(): Promise<number> {
    const { Attributes } = await this.#client.send(
      new UpdateCommand({
        TableName: this.#table,
        Key: { pk: 'count' },
        UpdateExpression: 'ADD tasks :one',
        ExpressionAttributeValues: { ':one': 1 },
        ReturnValues: 'UPDATED_NEW',
      }),
    )
    return Number(Attributes?.tasks) - 1
  }

  /** @returns false when the token has got a task in the meantime */
  #putNew(task: StoredTask, staleId: number | undefined): Promise<boolean> {
    const isNew = { ConditionExpression: 'attribute_not_exists(pk)' }
    const isNewOrStale = {
      ConditionExpression: 'attribute_not_exists(pk) OR id = :stale',
      ExpressionAttributeValues: { ':stale': staleId },
    }
    const puts: Put[] = [{ Item: toItem(task), ...isNew }]
    if (task.token !== undefined) {
      puts.push({ Item: tokenItem(task), ...(staleId === undefined ? isNew : isNewOrStale) })
    }
    return this.#put(puts)
  }

  /** The ids of open tasks; some may no longer be open, because the index lags a little. */
  async #open(start: Record<string, unknown> | undefined) {
    const { Items = [], LastEvaluatedKey } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: 'open',
        KeyConditionExpression: '#open = :yes AND takeableFrom <= :now',
        ExpressionAttributeNames: { '#open': 'open' },
        ExpressionAttributeValues: { ':yes': 'yes', ':now': this.#clock() },
        Limit: CHOICE,
        ...(start ? { ExclusiveStartKey: start } : {}),
      }),
    )
    return { ids: Items.map(idOf), end: LastEvaluatedKey }
  }

  async #take(id: number, worker: string): Promise<StoredTask | undefined> {
    const task = await this.#find(id)
    const leased = task && taken(task, worker, this.#clock())
    // If another taker came first, there is nothing left to take.
    if (!task || !leased || !(await this.#replace(task, leased))) return undefined
    return takeableFrom(leased) === undefined ? undefined : leased
  }

  protected async change(id: number, decide: (task: StoredTask, now: number) => StoredTask): Promise<void> {
    for (let tried = 0; tried < MOST_TRIES; tried += 1) {
      const task = await this.read(id)
      const next = decide(task, this.#clock())
      if (next === task || (await this.#replace(task, next))) return
    }
    throw new Error(`task ${id} changed ${MOST_TRIES} times while it was being written`)
  }

  /** @returns false when the task has changed since the decision */
  #replace(task: StoredTask, next: StoredTask): Promise<boolean> {
    const sameUntil = task.until === undefined ? 'attribute_not_exists(#until)' : '#until = :until'
    const put = {
      Item: toItem(next),
      ConditionExpression: `#state = :state AND attempt = :attempt AND ${sameUntil}`,
      ExpressionAttributeNames: { '#state': 'state', '#until': 'until' },
      ExpressionAttributeValues: {
        ':state': task.state,
        ':attempt': task.attempt,
        ...(task.until === undefined ? {} : { ':until': task.until }),
      },
    }
    // A token lives as long as its task, and from now on both stay.
    const isStored = task.state === CREATED && task.token !== undefined
    return this.#put(isStored ? [put, { Item: tokenItem(next) }] : [put])
  }

  /** Writes all of them or none. @returns false when a condition does not hold */
  async #put(puts: Put[]): Promise<boolean> {
    const TableName = this.#table
    const [first] = puts
    try {
      if (puts.length === 1 && first) await this.#client.send(new PutCommand({ TableName, ...first }))
      else {
        const TransactItems = puts.map((put) => ({ Put: { TableName, ...put } }))
        await this.#client.send(new TransactWriteCommand({ TransactItems }))
      }
      return true
    } catch (error) {
      if (isLostRace(error)) return false
      throw error
    }
  }

  async #query(
    index: string,
    condition: string,
    values: Record<string, unknown>,
    limit: number,
    forward: boolean,
  ): Promise<StoredTask[]> {
    const { Items = [] } = await this.#client.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: index,
        KeyConditionExpression: condition,
        ExpressionAttributeValues: { ...values, ':shown': 'yes' },
        Limit: limit,
        ScanIndexForward: forward,
      }),
    )
    return Items.map(fromItem)
  }
}

/** Whether a condition did not hold, or another write to the same item happened at the same moment. */
function isLostRace(error: unknown): boolean {
  if (error instanceof ConditionalCheckFailedException) return true
  if (error instanceof TransactionConflictException) return true
  if (!(error instanceof TransactionCanceledException)) return false
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code ?? 'None')
  return codes.includes('ConditionalCheckFailed') || codes.includes('TransactionConflict')
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((one) => ({ one, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one)
}
