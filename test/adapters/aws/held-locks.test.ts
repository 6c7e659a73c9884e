import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from '@jest/globals'
import { DynamoLockTable } from '../../../adapters/aws/lock-table.ts'
import { CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

describe('held locks', () => {
  it('are read to the last page, by app', async () => {
    const item = (app: string) => ({
      pk: { S: `app#${app}` },
      sk: { S: 'lock' },
      owner: { S: 'arn:1' },
      since: { S: 't' },
    })
    aws = new CannedAws({
      Scan: [
        { Items: [item('web')], LastEvaluatedKey: { pk: { S: 'app#web' } } },
        { Items: [item('platform')] },
      ],
    })
    const client = DynamoDBDocumentClient.from(new DynamoDBClient(await aws.start()))
    expect(await new DynamoLockTable(client, 'nanofleet-dev').held()).toEqual([
      { app: 'platform', owner: 'arn:1', since: 't' },
      { app: 'web', owner: 'arn:1', since: 't' },
    ])
  })
})
