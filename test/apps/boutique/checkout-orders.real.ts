import {
  CreateTableCommand,
  DeleteTableCommand,
  DynamoDBClient,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb'
import { readRepository } from '../../../adapters/sources/repository-files.ts'
import { DynamoOrders } from '../../../apps/boutique/checkoutservice/dynamo-orders.ts'
import { readApp } from '../../../core/template/app-folder.ts'
import { clientSettings, liveStage } from '../../live/stage.ts'
import { ordersContract } from './checkout-orders.ts'

ordersContract('in DynamoDB', async () => {
  const client = new DynamoDBClient(clientSettings(await liveStage()))
  const TableName = `contract-orders-${process.pid}`
  const { AttributeDefinitions, KeySchema, BillingMode } = await declaredTable()
  await client.send(new CreateTableCommand({ TableName, AttributeDefinitions, KeySchema, BillingMode }))
  await waitUntilTableExists({ client, maxWaitTime: 10, minDelay: 1 }, { TableName })
  let now = Date.now()
  const instance = () => new DynamoOrders(client, TableName, () => now)
  return {
    one: instance(),
    other: instance(),
    wait: (ms) => {
      now += ms
    },
    stop: async () => {
      await client.send(new DeleteTableCommand({ TableName }))
      client.destroy()
    },
  }
})

/** The table, as the shop declares it. */
async function declaredTable() {
  const files = await readRepository('.', ['images/boutique'])
  const { resources } = readApp('boutique', files.below('images/boutique'))
  return (resources as { Resources: { Orders: { Properties: TableProperties } } }).Resources.Orders.Properties
}

type TableProperties = Pick<
  ConstructorParameters<typeof CreateTableCommand>[0],
  'AttributeDefinitions' | 'KeySchema' | 'BillingMode'
>
