import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { S3Client } from '@aws-sdk/client-s3'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { afterEach, describe, expect, it } from '@jest/globals'
import { DataFigures } from '../../../adapters/aws/data-figures.ts'
import { DynamoRestoredTables } from '../../../adapters/aws/restored-tables.ts'
import { TableBackups } from '../../../adapters/aws/table-backups.ts'
import { NotFound, ServiceFailure } from '../../../core/base/errors.ts'
import { type Answer, CannedAws } from '../../support/canned-aws.ts'

let aws: CannedAws | undefined
afterEach(() => aws?.stop())

async function client(answers: Record<string, Answer | Answer[]>) {
  aws = new CannedAws(answers)
  return DynamoDBDocumentClient.from(new DynamoDBClient(await aws.start()))
}
const bodies = () => aws?.calls.map(({ body }) => JSON.parse(body))

const NOON = Date.parse('2026-01-31T12:00:00Z') / 1000
const details = (change: object = {}) => ({
  BackupArn: 'arn:1',
  BackupName: 'one',
  BackupStatus: 'AVAILABLE',
  BackupType: 'USER',
  BackupCreationDateTime: NOON,
  BackupSizeBytes: 7,
  ...change,
})
const one = {
  id: 'arn:1',
  name: 'one',
  table: 'orders',
  at: '2026-01-31T12:00:00.000Z',
  state: 'AVAILABLE',
  bytes: 7,
}

describe('the backups of DynamoDB', () => {
  it('are listed page by page, of all types', async () => {
    const last = details({
      BackupArn: 'arn:2',
      BackupSizeBytes: undefined,
      BackupExpiryDateTime: NOON + 86_400,
    })
    const backups = new TableBackups(
      await client({
        ListBackups: [
          { BackupSummaries: [{ ...details(), TableName: 'orders' }], LastEvaluatedBackupArn: 'arn:1' },
          { BackupSummaries: [{ ...last, TableName: 'orders' }] },
        ],
      }),
    )
    const { bytes: _bytes, ...rest } = one
    expect(await backups.list()).toEqual([one, { ...rest, id: 'arn:2', expires: '2026-02-01T12:00:00.000Z' }])
    expect(bodies()).toEqual([{ BackupType: 'ALL' }, { BackupType: 'ALL', ExclusiveStartBackupArn: 'arn:1' }])
  })

  it('are made at once', async () => {
    const backups = new TableBackups(
      await client({ CreateBackup: { BackupDetails: details({ BackupStatus: 'CREATING' }) } }),
    )
    expect(await backups.create('orders', 'one')).toEqual({ ...one, state: 'CREATING' })
    expect(bodies()).toEqual([{ TableName: 'orders', BackupName: 'one' }])
  })

  it('are not made of a table that does not exist', async () => {
    const backups = new TableBackups(await client({ CreateBackup: { error: 'TableNotFoundException' } }))
    const attempt = backups.create('orders', 'one')
    await expect(attempt).rejects.toThrow(NotFound)
    await expect(attempt).rejects.toThrow('table orders does not exist any more')
  })

  it('say what a table restored from them is like', async () => {
    const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }]
    const backups = new TableBackups(
      await client({
        DescribeBackup: {
          BackupDescription: {
            BackupDetails: details(),
            SourceTableDetails: { TableName: 'orders', KeySchema },
            SourceTableFeatureDetails: { GlobalSecondaryIndexes: [{ IndexName: 'b' }, { IndexName: 'a' }] },
          },
        },
      }),
    )
    expect(await backups.describe('arn:1')).toEqual({
      ...one,
      keySchema: KeySchema,
      globalIndexes: ['a', 'b'],
      localIndexes: [],
    })
  })

  it('may be missing', async () => {
    const missing = await client({ DescribeBackup: { error: 'BackupNotFoundException' } })
    expect(await new TableBackups(missing).describe('arn:1')).toBeUndefined()
  })
})

describe('a table that is restored', () => {
  it.each<[Answer, string | undefined]>([
    [{ Table: { TableStatus: 'CREATING' } }, 'CREATING'],
    [{ error: 'ResourceNotFoundException' }, undefined],
  ])('has a state: %j', async (DescribeTable, state) => {
    expect(await new DynamoRestoredTables(await client({ DescribeTable })).state('t')).toBe(state)
  })

  it.each([
    ['PAY_PER_REQUEST', { BillingModeOverride: 'PAY_PER_REQUEST' }],
    [undefined, {}],
  ])('is billed as its template says: %s', async (billing, expected) => {
    await new DynamoRestoredTables(await client({ RestoreTableFromBackup: {} })).restore(
      'arn:1',
      't',
      billing,
    )
    expect(bodies()).toEqual([{ BackupArn: 'arn:1', TargetTableName: 't', ...expected }])
  })

  it.each(['TableAlreadyExistsException', 'TableInUseException', 'BackupInUseException'])(
    'is on its way when DynamoDB answers %s',
    async (error) => {
      const tables = new DynamoRestoredTables(await client({ RestoreTableFromBackup: { error } }))
      await expect(tables.restore('arn:1', 't', undefined)).resolves.toBeUndefined()
    },
  )

  it('waits for other restores of the account', async () => {
    const busy = await client({ RestoreTableFromBackup: { error: 'LimitExceededException' } })
    const attempt = new DynamoRestoredTables(busy).restore('arn:1', 't', undefined)
    await expect(attempt).rejects.toThrow(ServiceFailure)
  })
})

describe('how large data is', () => {
  it('is a table by its own figures, which may be missing', async () => {
    const documents = await client({
      DescribeTable: [{ Table: { TableSizeBytes: 70, ItemCount: 3 } }, { error: 'AccessDeniedException' }],
    })
    const figures = new DataFigures({ documents: () => documents, s3: () => new S3Client() })
    const orders = { type: 'AWS::DynamoDB::Table', id: 'orders' }
    expect([await figures.of(orders), await figures.of(orders)]).toEqual([{ bytes: 70, rows: 3 }, {}])
    expect(await figures.of({ type: 'AWS::SQS::Queue', id: 'jobs' })).toEqual({})
  })

  it('is a bucket by one page of its versions', async () => {
    const page = (more: string) =>
      `<Version><Key>a</Key><Size>3</Size></Version><Version><Key>b</Key><Size>4</Size></Version>${more}`
    aws = new CannedAws({ '': [page(''), page('<IsTruncated>true</IsTruncated>')] })
    const s3 = new S3Client({ ...(await aws.start()), forcePathStyle: true })
    const figures = new DataFigures({
      documents: () => DynamoDBDocumentClient.from(new DynamoDBClient()),
      s3: () => s3,
    })
    const pictures = { type: 'AWS::S3::Bucket', id: 'pictures' }
    expect([await figures.of(pictures), await figures.of(pictures)]).toEqual([
      { bytes: 7 },
      { bytes: 7, atLeast: true },
    ])
  })
})
