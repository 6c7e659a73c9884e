import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import { locksContract } from './locks.ts'
import { ownTable } from './own-table.ts'

locksContract('in DynamoDB', async () => {
  const { client, table, stop } = await ownTable('locks')
  return { locks: new DynamoLockTable(client, table), stop }
})
