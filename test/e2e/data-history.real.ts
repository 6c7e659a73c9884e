import { CreateBackupCommand, DeleteBackupCommand, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import type { Context } from '../../cli/context.ts'
import { appStack } from '../../core/base/names.ts'
import { pushLedger, table } from '../live/ledger.ts'
import { withWeb } from '../live/stage.ts'
import { run, runToEnd } from '../live/workflows.ts'
import { seeded } from '../support/seeded.ts'

const SEED = 15
const STEPS = 6
const app = 'ledger'

/** What a checkout may have: a renamed table, another key, one more, none. */
const EDITS = [
  [table('Orders')],
  [table('Bills')],
  [table('Orders', 'number')],
  [table('Orders'), table('Bills')],
  [],
]

describe('the tables of an app', () => {
  let context: Context
  let backup = ''
  const random = seeded(SEED)
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T
  beforeAll(async () => {
    context = await withWeb()
    await pushLedger(context, [table('Orders')])
    await runToEnd(context, 'deploy', { app }, 180)
  }, 420_000)
  afterAll(async () => {
    const remove = { app, confirm: app, data: 'delete' }
    await runToEnd(context, 'teardown', { ...remove, deleteData: ['all'] })
    const left = [...new Set((await kept()).map(({ name }) => name))]
    if (left.length > 0) await runToEnd(context, 'teardown', { ...remove, deleteData: left })
    await context.documents().send(new DeleteBackupCommand({ BackupArn: backup }))
  }, 180_000)

  const kept = async () => await new DynamoKeptBook(context.documents(), context.table).list(app)
  const stack = () => appStack(context.stage, app)
  const parts = async () => {
    const stacks = new CloudFormationStacks(context.cloudFormation())
    return (await stacks.find(stack())) ? await stacks.parts(stack()) : []
  }
  const tables = async (): Promise<string[]> => {
    const { TableNames = [] } = await context.documents().send(new ListTablesCommand({}))
    return TableNames.filter((name) => name.startsWith(`${stack()}-`))
  }
  /** A row in each; the key of a table is `id` or `number`. */
  const fill = async (names: string[]): Promise<void> => {
    const Item = { id: 'row', number: 'row' }
    for (const TableName of names) await context.documents().send(new PutCommand({ TableName, Item }))
  }
  const nameOf = (id: string) => id.slice(stack().length + 1).replace(/-.*/, '')

  /** @returns the names that a person gave, and that the run accepted */
  async function deploy(): Promise<string[]> {
    await pushLedger(context, pick(EDITS))
    const refused = await run(context, 'deploy', { app }, 180)
    const [, names = ''] = /--replace-data ([\w,]+)/.exec(refused.cause ?? '') ?? []
    if (names === '' || random() < 0.5) return []
    const replaceData = names.split(',')
    return (await run(context, 'deploy', { app, replaceData }, 180)).status === 'SUCCEEDED' ? replaceData : []
  }

  /** Under a name of which the stack may have a table or none; nothing is lost by it. */
  async function restore(): Promise<string[]> {
    await pushLedger(context, [table('Orders')])
    const replaceData = (await parts()).some(({ name }) => name === 'Orders') ? ['Orders'] : []
    await run(context, 'deploy', { app, replaceData, restore: { Orders: backup } }, 180)
    return []
  }

  const step = async (number: number): Promise<string[]> => {
    const kind = number === 1 ? 'restore' : pick(['deploy', 'deploy', 'rollback', 'keep', 'restore'])
    if (kind === 'deploy') return await deploy()
    if (kind === 'restore') return await restore()
    if (kind === 'rollback') await run(context, 'deploy', { app, release: 1 }, 180)
    else await run(context, 'teardown', { app, confirm: app, data: 'keep' })
    return []
  }

  it(`outlive a history of edits, deployments, rollbacks, removals and restores (seed ${SEED})`, async () => {
    const [TableName = ''] = await tables()
    await fill([TableName])
    const made = await context.documents().send(new CreateBackupCommand({ TableName, BackupName: app }))
    backup = made.BackupDetails?.BackupArn ?? ''
    for (let number = 0; number < STEPS; number++) {
      const before = await tables()
      await fill(before)
      const named = await step(number)
      const after = await tables()
      const lost = before.filter((id) => !after.includes(id)).map(nameOf)
      expect(lost.filter((name) => !named.includes(name))).toEqual([])
      for (const id of before.filter((each) => after.includes(each)))
        expect((await context.documents().send(new ScanCommand({ TableName: id }))).Count).toBe(1)
      const known = [...(await parts()), ...(await kept())].map(({ id }) => id)
      expect(after.filter((id) => !known.includes(id))).toEqual([])
    }
  }, 600_000)
})
