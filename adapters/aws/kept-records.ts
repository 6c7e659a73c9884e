import { DeleteCommand, type DynamoDBDocumentClient, PutCommand, paginateQuery } from '@aws-sdk/lib-dynamodb'
import type { KeptBook, KeptData } from '../../core/deploy/kept-data.ts'
import type { StackPart } from '../../core/template/stacks.ts'

/** How the sort keys of these records begin; they outlive their app's other records. */
export const KEPT = 'kept#'

/** What was kept of apps, in the stage's DynamoDB table beside their releases. */
export class DynamoKeptBook implements KeptBook {
  readonly #client: DynamoDBDocumentClient
  readonly #table: string

  constructor(client: DynamoDBDocumentClient, table: string) {
    this.#client = client
    this.#table = table
  }

  async list(app: string): Promise<KeptData[]> {
    const found: KeptData[] = []
    const query = {
      TableName: this.#table,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
      ExpressionAttributeValues: { ':pk': partition(app), ':prefix': KEPT },
      ConsistentRead: true,
    }
    for await (const page of paginateQuery({ client: this.#client }, query))
      for (const { pk: _pk, sk: _sk, ...data } of page.Items ?? []) found.push(data as KeptData)
    return found
  }

  async keep(app: string, data: readonly KeptData[]): Promise<void> {
    for (const each of data)
      await this.#client.send(
        new PutCommand({ TableName: this.#table, Item: { ...key(app, each), ...each } }),
      )
  }

  async drop(app: string, data: readonly StackPart[]): Promise<void> {
    for (const each of data)
      await this.#client.send(new DeleteCommand({ TableName: this.#table, Key: key(app, each) }))
  }
}

const partition = (app: string): string => `app#${app}`
const key = (app: string, { name, id }: StackPart) => ({ pk: partition(app), sk: `${KEPT}${name}#${id}` })
