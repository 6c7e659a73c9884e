import { ConditionalCheckFailedException, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import {
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  paginateScan,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb'
import { fromBinary, toBinary } from '@bufbuild/protobuf'
import { OrderResultSchema } from '../lib/gen/hipstershop_pb.ts'
import {
  ABANDONED_MS,
  type Held,
  HOLD_MS,
  HoldLost,
  isOpen,
  type Orders,
  OrdersTrouble,
  type Progress,
  REMEMBER_MS,
  type Taken,
} from './orders.ts'

/** An item in the table. `order` is an OrderResult of the contract. */
interface Row {
  id: string
  request: string
  holder: string
  orderId: string
  step: Progress['step']
  order?: Uint8Array
  transaction?: string
  /** Milliseconds since 1970. */
  heldUntil: number
  /** When the step was recorded; milliseconds since 1970. */
  changedAt: number
  /**
   * Seconds since 1970, for DynamoDB. Absent while the order may have cost somebody money: such an order
   * never expires.
   */
  expiresAt?: number
}

/** Orders in a DynamoDB table with the key `id`, shared by all instances. */
export class DynamoOrders implements Orders {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string
  readonly #now: () => number

  constructor(client: DynamoDBClient, table: string, now: () => number = Date.now) {
    this.#client = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } })
    this.#table = table
    this.#now = now
  }

  async take(fresh: Held): Promise<Taken> {
    const row = await this.#row(fresh.key)
    if (row === undefined) return this.#hold(fresh, 'attribute_not_exists(id)', {})
    if (row.request !== fresh.request) return { state: 'other' }
    const progress = progressOf(row)
    if (progress.step === 'done') return { state: 'done', order: progress.order }
    if (row.heldUntil > this.#now()) return { state: 'busy' }
    // Of several requests that find it free, one gets it: the others then see a different holder.
    const seen = { ':seen': row.holder, ':until': row.heldUntil }
    const held = { ...fresh, orderId: row.orderId, progress }
    return this.#hold(held, 'holder = :seen AND heldUntil = :until', seen)
  }

  async keep(held: Held): Promise<void> {
    await this.#own(held, (own) => new PutCommand({ Item: this.#rowOf(held), ...own }))
  }

  async release(held: Held): Promise<void> {
    await this.#own(held, ({ ExpressionAttributeValues, ...own }) => {
      const values = { ...ExpressionAttributeValues, ':free': 0 }
      const set = { UpdateExpression: 'SET heldUntil = :free', ExpressionAttributeValues: values }
      return new UpdateCommand({ Key: { id: held.key }, ...own, ...set })
    })
  }

  async forget(held: Held): Promise<void> {
    await this.#own(held, (own) => new DeleteCommand({ Key: { id: held.key }, ...own }))
  }

  async abandoned(holder: string): Promise<Held[]> {
    const taken: Held[] = []
    for (const id of await this.#openSince(this.#now() - ABANDONED_MS)) {
      const row = await this.#row(id)
      if (row === undefined) continue
      const { request, orderId } = row
      const one = await this.take({ key: id, request, holder, orderId, progress: { step: 'begun' } })
      if (one.state === 'held' && isOpen(one.held.progress)) taken.push(one.held)
    }
    return taken
  }

  /** The ids of open orders without a step since then; the whole table is read for them. */
  async #openSince(moment: number): Promise<string[]> {
    const question = {
      TableName: this.#table,
      FilterExpression: 'step IN (:charging, :charged, :refunding) AND changedAt < :moment',
      ExpressionAttributeValues: {
        ':charging': 'charging',
        ':charged': 'charged',
        ':refunding': 'refunding',
        ':moment': moment,
      },
      ProjectionExpression: 'id',
    }
    const found: string[] = []
    try {
      for await (const page of paginateScan({ client: this.#client }, question))
        found.push(...(page.Items ?? []).map(({ id }) => String(id)))
    } catch (error) {
      throw trouble(error)
    }
    return found
  }

  async #hold(held: Held, condition: string, values: Record<string, unknown>): Promise<Taken> {
    const put = new PutCommand({
      TableName: this.#table,
      Item: this.#rowOf(held),
      ConditionExpression: condition,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    })
    return (await this.#changed(put)) ? { state: 'held', held } : { state: 'busy' }
  }

  /** Makes a change that only the holder may make. */
  async #own(held: Held, command: (own: OwnChange) => Change): Promise<void> {
    const own: OwnChange = {
      TableName: this.#table,
      ConditionExpression: 'holder = :holder',
      ExpressionAttributeValues: { ':holder': held.holder },
    }
    if (await this.#changed(command(own))) return
    throw new HoldLost(`the order ${held.key} is not held by ${held.holder}`)
  }

  /** @returns false when the condition did not hold */
  async #changed(command: Change): Promise<boolean> {
    try {
      // The client treats all three commands alike; TypeScript wants to know which one it is.
      await this.#client.send(command as PutCommand)
      return true
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false
      throw trouble(error)
    }
  }

  async #row(id: string): Promise<Row | undefined> {
    try {
      const question = new GetCommand({ TableName: this.#table, Key: { id }, ConsistentRead: true })
      return (await this.#client.send(question)).Item as Row | undefined
    } catch (error) {
      throw trouble(error)
    }
  }

  #rowOf({ key, request, holder, orderId, progress }: Held): Row {
    const mayExpire = progress.step === 'begun' || progress.step === 'done'
    const now = this.#now()
    return {
      id: key,
      request,
      holder,
      orderId,
      step: progress.step,
      ...('order' in progress && { order: toBinary(OrderResultSchema, progress.order) }),
      ...('transaction' in progress && { transaction: progress.transaction }),
      heldUntil: now + HOLD_MS,
      changedAt: now,
      ...(mayExpire && { expiresAt: Math.ceil((now + REMEMBER_MS) / 1000) }),
    }
  }
}

interface OwnChange {
  TableName: string
  ConditionExpression: string
  ExpressionAttributeValues: Record<string, unknown>
}

type Change = PutCommand | UpdateCommand | DeleteCommand

function progressOf({ step, order, transaction = '' }: Row): Progress {
  if (step === 'begun') return { step }
  const kept = fromBinary(OrderResultSchema, order ?? new Uint8Array())
  return step === 'charging' || step === 'done' ? { step, order: kept } : { step, order: kept, transaction }
}

const trouble = (cause: unknown): OrdersTrouble =>
  new OrdersTrouble(`the orders table is unavailable: ${(cause as Error).message}`, { cause })
