import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { clientSettings, liveStage } from '../live/stage.ts'

/** A table like the stage's, just for one suite. */
export interface OwnTable {
  client: DynamoDBDocumentClient
  table: string
  stop(): Promise<void>
}

/** Creates the table; its keys are those of `resources/table.yml`. */
export async function ownTable(name: string): Promise<OwnTable> {
  const context = await liveStage()
  const dynamo = new DynamoDBClient(clientSettings(context))
  const TableName = `contract-${name}-${process.pid}`
  await dynamo.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
    }),
  )
  await waitUntilTableExists({ client: dynamo, maxWaitTime: 10, minDelay: 1 }, { TableName })
  return {
    client: context.documents(),
    table: TableName,
    stop: async () => {
      await dynamo.send(new DeleteTableCommand({ TableName }))
      dynamo.destroy()
    },
  }
}
