import { DynamoHealingRecord } from '../../adapters/aws/healing-record.ts'
import { DynamoHeldRemovals } from '../../adapters/aws/held-removals.ts'
import { healingContract, heldContract } from './held.ts'
import { ownTable } from './own-table.ts'

heldContract('in DynamoDB', async () => {
  const { client, table, stop } = await ownTable('held')
  return { held: new DynamoHeldRemovals(client, table), stop }
})

healingContract('in DynamoDB', async () => {
  const { client, table, stop } = await ownTable('healing')
  return { store: new DynamoHealingRecord(client, table), stop }
})
