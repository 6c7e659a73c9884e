import {
  DeleteBackupCommand,
  DescribeContinuousBackupsCommand,
  DescribeTimeToLiveCommand,
} from '@aws-sdk/client-dynamodb'
import { BatchWriteCommand, PutCommand, paginateScan } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import pLimit from 'p-limit'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import type { Context } from '../../cli/context.ts'
import type { CostedList } from '../../cli/stage/data-list.ts'
import { appStack } from '../../core/base/names.ts'
import { Command, nanofleet } from '../live/cli.ts'
import { pushLedger, table } from '../live/ledger.ts'
import { withWeb } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

const ROWS = 10_000
/** What a restore leaves out, and the next update sets. */
const ORDERS = `${table('Orders')}      TimeToLiveSpecification: { AttributeName: until, Enabled: true }
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true }
`
const remove = { app: 'ledger', confirm: 'ledger', data: 'delete' }

describe('a table with ten thousand rows', () => {
  let context: Context
  let backup: { id: string; name: string }
  beforeAll(async () => {
    context = await withWeb()
    await pushLedger(context, [ORDERS])
    await runToEnd(context, 'deploy', { app: 'ledger' }, 180)
    await fill(await orders())
  }, 420_000)
  afterAll(async () => {
    await runToEnd(context, 'teardown', { ...remove, deleteData: ['all'] })
    await runToEnd(context, 'teardown', { ...remove, deleteData: ['Orders'] })
    for (const { id } of await backups())
      await context.documents().send(new DeleteBackupCommand({ BackupArn: id }))
  }, 180_000)

  const orders = async (): Promise<string> => {
    const parts = await new CloudFormationStacks(context.cloudFormation()).parts(
      appStack(context.stage, 'ledger'),
    )
    return parts.find(({ name }) => name === 'Orders')?.id ?? 'Orders does not exist'
  }
  const fill = async (name: string): Promise<void> => {
    const four = pLimit(4)
    const rows = Array.from({ length: ROWS }, (_, row) => ({
      PutRequest: { Item: { id: `order ${row}`, number: row, lines: [{ product: row % 7 }] } },
    }))
    const batches = Array.from({ length: ROWS / 25 }, (_, batch) => rows.slice(batch * 25, batch * 25 + 25))
    await Promise.all(
      batches.map((batch) =>
        four(() => context.documents().send(new BatchWriteCommand({ RequestItems: { [name]: batch } }))),
      ),
    )
  }
  const rows = async (name: string): Promise<string[]> => {
    const found: string[] = []
    for await (const { Items = [] } of paginateScan({ client: context.documents() }, { TableName: name }))
      found.push(...Items.map((item) => JSON.stringify(Object.entries(item).sort())))
    return found.sort()
  }
  const listed = async (): Promise<CostedList> =>
    JSON.parse((await nanofleet('data', 'ledger', '--json')).out)
  const backups = async () => (await listed()).backups.filter(({ expires }) => expires === undefined)

  it('is backed up, and listed with what it holds', async () => {
    const { code, out } = await nanofleet('data', 'backup', 'ledger', 'Orders', '--json')
    expect(code).toBe(0)
    ;[backup] = JSON.parse(out)
    const list = await listed()
    expect(list.data).toMatchObject([
      { name: 'Orders', id: await orders(), holds: { holding: { what: 'rows', count: 1000, more: true } } },
    ])
    expect(list.backups).toMatchObject([{ of: 'Orders', name: backup.name, id: backup.id }])
    const shown = await nanofleet('data', 'ledger')
    expect(shown.out).toMatch(/^Orders +table \S+ +at least 1,000 rows/m)
    expect(shown.out).toContain(backup.name)
  }, 60_000)

  it('comes back row for row after it was deleted, as its app is deployed again', async () => {
    const before = await rows(await orders())
    expect(before).toHaveLength(ROWS)
    const gone = await nanofleet('teardown', 'ledger', '--yes', '--delete-data', 'Orders')
    expect(gone).toMatchObject({ code: 0 })
    const back = await new Command(['data', 'restore', 'ledger', 'Orders', '--from', backup.name]).end(200)
    expect({ code: back.code, err: back.err }).toMatchObject({ code: 0 })
    expect(back.err).toContain('restore data')
    expect(await rows(await orders())).toEqual(before)
  }, 240_000)

  it('makes place for a restored one when it was named, and is kept with what came later', async () => {
    const present = await orders()
    await context.documents().send(new PutCommand({ TableName: present, Item: { id: 'later' } }))
    const restore = ['data', 'restore', 'ledger', 'Orders', '--from', backup.name]
    const refused = await nanofleet(...restore)
    expect(refused.err).toMatch(/holds at least 1,000 rows\) would leave the app .*--replace-data Orders/)
    expect([refused.code, await orders()]).toEqual([2, present])
    const { code, err } = await new Command([...restore, '--replace-data', 'Orders']).end(200)
    expect({ code, err }).toMatchObject({ code: 0 })
    const restored = await orders()
    expect(restored).toMatch(/-Orders-RESTORED\d+$/)
    expect([(await rows(restored)).length, (await rows(present)).length]).toEqual([ROWS, ROWS + 1])
    expect((await listed()).data).toMatchObject([
      { id: restored },
      { id: present, kept: { execution: expect.stringContaining('ledger-') } },
    ])
  }, 240_000)

  it('has again what a restore leaves out, and nothing is left to change', async () => {
    const given = { TableName: await orders() }
    const documents = context.documents()
    const { TimeToLiveDescription } = await documents.send(new DescribeTimeToLiveCommand(given))
    expect(TimeToLiveDescription?.TimeToLiveStatus).toMatch(/^ENABL/)
    const { ContinuousBackupsDescription: recovery } = await documents.send(
      new DescribeContinuousBackupsCommand(given),
    )
    expect(recovery?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe('ENABLED')
    const dry = await nanofleet('deploy', 'ledger', '--no-push', '--dry-run', '--json')
    expect(JSON.parse(dry.out)).toMatchObject({ stack: { action: 'unchanged' }, losses: [], takenUp: [] })
  }, 60_000)

  it('is deleted by its name when nobody needs it any more, and only then', async () => {
    const remove = ['data', 'delete-backup', 'ledger', backup.name]
    const asked = await nanofleet(...remove)
    expect(asked).toMatchObject({ code: 2, err: expect.stringContaining('pass --yes to delete it') })
    expect((await backups()).map(({ id }) => id)).toEqual([backup.id])
    expect(await nanofleet(...remove, '--yes')).toMatchObject({
      code: 0,
      out: `${backup.name} is deleted\n`,
    })
    expect(await backups()).toEqual([])
    expect(await nanofleet(...remove, '--yes')).toMatchObject({ code: 2 })
    // DynamoDB's own ones go by themselves.
    const own = (await listed()).backups[0]
    const kept = await nanofleet('data', 'delete-backup', 'ledger', own?.name ?? '', '--yes')
    expect(kept).toMatchObject({
      code: 2,
      err: expect.stringContaining("is DynamoDB's own, which deletes it on"),
    })
  }, 60_000)
})
