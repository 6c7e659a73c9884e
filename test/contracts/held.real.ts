import { DynamoHeldRemovals } from '../../adapters/aws/held-removals.ts'
import { heldContract } from './held.ts'
import { ownTable } from './own-table.ts'

heldContract('in DynamoDB', async () => {
  const { client, table, stop } = await ownTable('held')
  return { held: new DynamoHeldRemovals(client, table), stop }
})
