import { BatchWriteCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import type { Context } from '../../cli/context.ts'
import { appStack } from '../../core/base/names.ts'
import { nanofleet } from '../live/cli.ts'
import { pushLedger, table } from '../live/ledger.ts'
import { withWeb } from '../live/stage.ts'
import { endState, run, runToEnd } from '../live/workflows.ts'

const ROWS = 25

describe('the data of an app', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await pushLedger(context, [table('Orders')])
    await runToEnd(context, 'deploy', { app: 'ledger' }, 180)
    await fill(await physical('Orders'))
  }, 420_000)
  afterAll(async () => {
    await runToEnd(context, 'teardown', {
      app: 'ledger',
      confirm: 'ledger',
      data: 'delete',
      deleteData: ['all'],
    })
  }, 120_000)

  const stack = () => appStack(context.stage, 'ledger')
  const parts = async () => await new CloudFormationStacks(context.cloudFormation()).parts(stack())
  const physical = async (name: string): Promise<string> =>
    (await parts()).find((part) => part.name === name)?.id ?? `${name} does not exist`
  const kept = async () => await new DynamoKeptBook(context.documents(), context.table).list('ledger')
  const fill = async (name: string): Promise<void> => {
    const rows = Array.from({ length: ROWS }, (_, row) => ({ PutRequest: { Item: { id: `order ${row}` } } }))
    await context.documents().send(new BatchWriteCommand({ RequestItems: { [name]: rows } }))
  }
  const rows = async (name: string) =>
    (await context.documents().send(new ScanCommand({ TableName: name, Select: 'COUNT' }))).Count
  const lost = { name: 'ResourceNotFoundException' }

  it.each([
    ['a changed key', [table('Orders', 'number')], /would be replaced, because .*KeySchema/],
    ['another name', [table('Bills')], /would be deleted, because the resources no longer have it/],
  ])(
    'is not lost by %s: the deployment says what it holds, and changes nothing',
    async (_what, tables, why) => {
      const orders = await physical('Orders')
      await pushLedger(context, tables)
      const refused = await run(context, 'deploy', { app: 'ledger' })
      expect(refused).toMatchObject({ status: 'FAILED', error: 'DataAtRisk' })
      expect(refused.cause).toMatch(why)
      expect(refused.cause).toContain(`Orders (table ${orders}, holds ${ROWS} rows)`)
      expect(await endState(context, refused.arn)).toBe('FailureClean')
      expect([await physical('Orders'), await rows(orders), await kept()]).toEqual([orders, ROWS, []])
      const { code, err } = await nanofleet('deploy', 'ledger', '--no-push')
      expect(err).toContain('deploy with --replace-data Orders')
      expect(code).toBe(2)
      const dry = await nanofleet('deploy', 'ledger', '--no-push', '--dry-run')
      expect(dry.out).toMatch(/^data that would be lost:\n {2}Orders \(table /)
    },
    120_000,
  )

  it('is not touched by a property that does not exist: the push names file and line', async () => {
    await expect(pushLedger(context, [table('Orders', 'id', 'KeySchem')])).rejects.toThrow(
      /images\/ledger\/resources\.yml:7: Resources\.Orders\.Properties\.KeySchem: unknown property; did you mean "KeySchema"/,
    )
  }, 60_000)

  it('is kept when the app goes, and is in the next deployment of the app', async () => {
    const orders = await physical('Orders')
    await pushLedger(context, [table('Orders')])
    const { code, out, err } = await nanofleet('teardown', 'ledger', '--yes', '--keep-data')
    expect({ code, err }).toMatchObject({ code: 0 })
    expect(out).toContain(`Orders is the table ${orders}\n`)
    expect([await rows(orders), (await kept()).map(({ id }) => id)]).toEqual([ROWS, [orders]])
    await runToEnd(context, 'deploy', { app: 'ledger' }, 180)
    expect([await physical('Orders'), await rows(orders), await kept()]).toEqual([orders, ROWS, []])
    // The stack's policies are the usual ones again, and nothing is left to change.
    const dry = await nanofleet('deploy', 'ledger', '--no-push', '--dry-run', '--json')
    expect(JSON.parse(dry.out)).toMatchObject({ stack: { action: 'unchanged' }, losses: [], takenUp: [] })
  }, 240_000)

  it('stays when the deployment fails that left it out, and so does what the deployment made', async () => {
    const orders = await physical('Orders')
    await pushLedger(context, [table('Bills')], true)
    const failed = await run(context, 'deploy', { app: 'ledger', replaceData: ['Orders'] }, 240)
    expect(failed).toMatchObject({ status: 'FAILED' })
    expect(await endState(context, failed.arn)).toBe('FailureClean')
    expect([await physical('Orders'), await rows(orders), await kept()]).toEqual([orders, ROWS, []])
    expect(await rows(await physical('Bills'))).toBe(0)
  }, 420_000)

  it('goes when it is named, and only that', async () => {
    const orders = await physical('Orders')
    const bills = await physical('Bills')
    await pushLedger(context, [table('Bills')])
    const { code, err } = await nanofleet('deploy', 'ledger', '--no-push', '--replace-data', 'Orders')
    expect({ code, err }).toMatchObject({ code: 0 })
    await expect(rows(orders)).rejects.toMatchObject(lost)
    expect([await physical('Bills'), await rows(bills), await kept()]).toEqual([bills, 0, []])
  }, 240_000)

  it('is asked for by name before the app is removed', async () => {
    const refused = await nanofleet('teardown', 'ledger', '--yes', '--delete-data')
    expect(refused.err).toMatch(/Bills \(table .*, holds no rows\); give --keep-data, or --delete-data Bills/)
    expect(refused.code).toBe(2)
    expect((await nanofleet('teardown', 'ledger', '--yes', '--delete-data', 'Bill')).err).toContain(
      'did you mean "Bills"?',
    )
    const bills = await physical('Bills')
    expect(await nanofleet('teardown', 'ledger', '--yes', '--delete-data', 'Bills')).toMatchObject({
      code: 0,
    })
    await expect(rows(bills)).rejects.toMatchObject(lost)
  }, 180_000)
})
