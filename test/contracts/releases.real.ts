import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import { DynamoReleaseBook } from '../../adapters/aws/releases.ts'
import { ownTable } from './own-table.ts'
import { releasesContract } from './releases.ts'

releasesContract('in DynamoDB', async () => {
  const { client, table, stop } = await ownTable('releases')
  return { book: new DynamoReleaseBook(client, table), locks: new DynamoLockTable(client, table), stop }
})
