import { readFile } from 'node:fs/promises'
import { CreateTableCommand, type CreateTableCommandInput, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { parse } from 'yaml'
import { ownEmulator } from '../../live/own-emulator.ts'

/** Tables with the keys and indexes of the app's own table. */
export async function tasksTables() {
  const emulator = await ownEmulator()
  const dynamo = new DynamoDBClient(emulator.client)
  const client = DynamoDBDocumentClient.from(dynamo)
  // CloudFormation's short forms are tags; their meaning does not matter here.
  const text = await readFile('images/photos/resources.yml', 'utf8')
  const resources = parse(text, { logLevel: 'silent' }).Resources
  const { BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes } = resources.Tasks
    .Properties as CreateTableCommandInput
  let count = 0
  return {
    client,
    async make(): Promise<string> {
      count += 1
      const TableName = `tasks-${count}`
      const table = { TableName, BillingMode, AttributeDefinitions, KeySchema, GlobalSecondaryIndexes }
      await dynamo.send(new CreateTableCommand(table))
      return TableName
    },
    async stop(): Promise<void> {
      client.destroy()
      await emulator.stop()
    },
  }
}
