import { beforeEach, describe, expect, it } from '@jest/globals'
import type { Resource } from '../../core/base/cloudformation.ts'
import type { BackupForm } from '../../core/deploy/backups.ts'
import { DataWorld, STACK } from './data-world.ts'

const table = (key = 'id', more: Partial<Resource> = {}): Resource => ({
  Type: 'AWS::DynamoDB::Table',
  ...more,
  Properties: { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }], ...more.Properties },
})
const ttl = { TimeToLiveSpecification: { Enabled: true, AttributeName: 'until' } }
const queue: Resource = { Type: 'AWS::SQS::Queue', Properties: {} }
const bucket: Resource = { Type: 'AWS::S3::Bucket', Properties: {} }
const first = `${STACK}-Orders`
const restored = expect.stringMatching(new RegExp(`^${STACK}-Orders-RESTORED\\d{17}$`))

describe('a table that is restored', () => {
  let world: DataWorld
  let backup: string
  const holds = (physical = '') => world.stacks.made.physical.get(physical)?.holds
  const kept = async () => (await world.kept.list('shop')).map((each) => each.id)
  const restore = async (more: { named?: string[]; release?: number; fails?: boolean } = {}) =>
    await world.deploy({ release: 1, named: ['Orders'], restore: { Orders: backup }, ...more })
  beforeEach(async () => {
    world = new DataWorld()
    world.push({ Orders: table('id', { Properties: ttl }), Jobs: queue, Pictures: bucket })
    expect(await world.deploy()).toBeUndefined()
    world.fill('Orders', 3)
    backup = world.backups.create(STACK, 'Orders')
    world.fill('Orders', 4)
  })

  it('takes the place of the present one only when that was named', async () => {
    const [calls, before] = [[...world.stacks.calls], world.data]
    expect(await restore({ named: [] })).toBe(
      `the data of shop: Orders (table ${first}, holds 4 rows) would leave the app for the table restored from ` +
        'nanofleet-dev.shop.Orders.00000000000001, and be kept; nothing was touched; to go on without it, ' +
        'restore with --replace-data Orders ("replaceData": ["Orders"] in the workflow\'s input)',
    )
    expect([world.stacks.calls, world.data, await kept()]).toEqual([calls, before, []])
  })

  it('has the rows of the backup, in the same release; the one before is kept with its own', async () => {
    expect(await restore()).toBeUndefined()
    expect(world.parts.Orders).toEqual(restored)
    expect([holds(world.parts.Orders), holds(first), await kept()]).toEqual([3, 4, [first]])
    expect(world.plan().release).toBe(1)
    expect(world.plan().notes).toContain(
      `Orders becomes ${world.parts.Orders}, restored from nanofleet-dev.shop.Orders.00000000000001 of ` +
        '2026-01-31T12:00:00.000Z',
    )
  })

  it('gets from the next update what a restore does not bring', async () => {
    await restore()
    const [record] = world.plan().takenUp
    expect(record?.template.Resources.Orders?.Properties).toEqual(table().Properties)
    const now = JSON.parse((await world.stacks.template(STACK)) ?? '{}')
    expect(now.Resources.Orders.Properties).toMatchObject(ttl)
  })

  it('comes back when the present one was deleted by hand', async () => {
    world.stacks.made.physical.delete(first)
    expect(await restore({ named: [] })).toContain('it does not exist any more) would leave the app')
    expect(await restore()).toBeUndefined()
    expect(holds(world.parts.Orders)).toBe(3)
  })

  it('comes back into an app that was removed with its data, without a question', async () => {
    await world.teardown({ data: 'delete', deleteData: ['all'] })
    expect(holds(first)).toBeUndefined()
    expect(await world.deploy({ restore: { Orders: backup } })).toBeUndefined()
    expect([world.parts.Orders, holds(world.parts.Orders)]).toEqual([restored, 3])
  })

  it('is on record when CloudFormation does not take it into a new stack, and can be restored again', async () => {
    await world.teardown({ data: 'keep' })
    world.stacks.failures.set(STACK, 'no')
    expect(await world.deploy({ restore: { Orders: backup } })).toBeUndefined()
    expect([world.parts, await kept()]).toEqual([{}, expect.arrayContaining([first, restored])])
    expect(await world.deploy({ restore: { Orders: backup } })).toBeUndefined()
    expect([world.parts.Orders, holds(world.parts.Orders)]).toEqual([restored, 3])
  })

  it('comes before one that was kept, which stays kept', async () => {
    await world.teardown({ data: 'keep' })
    expect(await world.deploy({ restore: { Orders: backup } })).toBeUndefined()
    expect(world.parts.Orders).toEqual(restored)
    expect(await kept()).toEqual([first])
  })

  it('makes place again when CloudFormation does not take it in, and no later run takes it up', async () => {
    world.stacks.failures.set(STACK, 'no')
    expect(await restore()).toBeUndefined()
    expect([world.parts.Orders, holds(first)]).toEqual([first, 4])
    expect(await kept()).toEqual([restored])
    expect(await world.deploy()).toBeUndefined()
    expect([world.parts.Orders, await kept()]).toEqual([first, [restored]])
  })

  it('stays when the run fails later, and the one before is kept', async () => {
    expect(await restore({ fails: true })).toBeUndefined()
    expect([world.parts.Orders, holds(first), await kept()]).toEqual([restored, 4, [first]])
  })

  const of = (change: Partial<BackupForm>) => world.backups.create(STACK, 'Orders', change)
  it.each<[string, () => [Record<string, string>, Record<string, Resource>?], string]>([
    ['a table that the release lacks', () => [{ Order: backup }], 'no such table; did you mean "Orders"?'],
    ['a bucket', () => [{ Pictures: backup }], 'restore: Pictures: a bucket has no backups'],
    ['a queue', () => [{ Jobs: backup }], 'restore: Jobs: SQS has no backups'],
    ['a backup that is missing', () => [{ Orders: 'arn:none' }], 'there is no backup arn:none'],
    ['a backup under way', () => [{ Orders: of({ state: 'CREATING' }) }], 'is not ready; try again later'],
    [
      'a backup of another app',
      () => [{ Orders: of({ name: 'nanofleet-dev.web.Orders.1', table: 'nanofleet-dev-web-Orders-1' }) }],
      'is of nanofleet-dev-web-Orders-1, no table of shop',
    ],
    [
      'another key',
      () => [{ Orders: backup }, { Orders: table('other') }],
      'has KeySchema [{"AttributeName":"id"',
    ],
    [
      'another index',
      () => [{ Orders: of({ globalIndexes: ['by-time'] }) }],
      'has GlobalSecondaryIndexes by-time, and the release wants none; deploy a release that fits',
    ],
    [
      'another local index',
      () => [{ Orders: of({ localIndexes: ['by-time'] }) }],
      'has LocalSecondaryIndexes by-time, and the release wants none',
    ],
    [
      'a name of its own',
      () => [
        { Orders: backup },
        { Orders: table('id', { Properties: { TableName: 'nanofleet-dev-orders' } }) },
      ],
      'needs another name; leave TableName out of the resources',
    ],
  ])('is refused for %s, and nothing is touched', async (_what, given, sentence) => {
    const [restore, pushed] = given()
    if (pushed) world.push(pushed)
    const [calls, before] = [[...world.stacks.calls], world.data]
    expect(await world.deploy({ named: Object.keys(restore), restore })).toContain(sentence)
    expect([world.stacks.calls, world.data, await kept()]).toEqual([calls, before, []])
  })

  it('may have its indexes in any order', async () => {
    const GlobalSecondaryIndexes = [{ IndexName: 'b' }, { IndexName: 'a' }]
    world.push({
      Orders: table('id', { Properties: { GlobalSecondaryIndexes } }),
      Jobs: queue,
      Pictures: bucket,
    })
    backup = of({ globalIndexes: ['a', 'b'] })
    expect(await world.deploy({ named: ['Orders'], restore: { Orders: backup } })).toBeUndefined()
    expect(world.parts.Orders).toEqual(restored)
  })

  it('is refused while the present one would go with its place in the stack', async () => {
    world.push({ Orders: table('id', { DeletionPolicy: 'Delete', Properties: { Tags: [] } }) })
    await world.deploy({ named: ['Jobs', 'Pictures'] })
    expect(await restore({ release: 2 })).toContain(
      'has the DeletionPolicy Delete, with which the present table',
    )
    expect(world.parts.Orders).toBe(first)
  })

  it('is refused while something refers to what its successor has another of', async () => {
    const Properties = { DisplayName: { 'Fn::GetAtt': ['Orders', 'StreamArn'] } }
    world.push({ Orders: table(), Topic: { Type: 'AWS::SNS::Topic', Properties } })
    await world.deploy({ named: ['Jobs', 'Pictures'] })
    const calls = [...world.stacks.calls]
    expect(await restore({ release: 2 })).toContain('something refers to its StreamArn')
    expect([world.stacks.calls, await kept()]).toEqual([calls, []])
  })

  it('is refused while a condition leaves it out of the release', async () => {
    await world.teardown({ data: 'delete', deleteData: ['all'] })
    world.push({ Orders: table('id', { Condition: 'Never' }) })
    expect(await world.deploy({ restore: { Orders: backup } })).toContain(
      'restore: Orders: the condition Never leaves it out of the release',
    )
  })
})
