import { beforeEach, describe, expect, it } from '@jest/globals'
import { DataWorld, STACK } from './data-world.ts'

const table = (key = 'id') => ({
  Type: 'AWS::DynamoDB::Table',
  Properties: { KeySchema: [{ AttributeName: key, KeyType: 'HASH' }] },
})
const bucket = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'nanofleet-dev-pictures' } }
const id = (name: string) => `${STACK}-${name}`

describe('what an app holds', () => {
  let world: DataWorld
  const holds = (physical: string) => world.stacks.made.physical.get(physical)?.holds
  const keptIds = async () => (await world.kept.list('shop')).map((each) => each.id)
  beforeEach(async () => {
    world = new DataWorld()
    world.push({ Orders: table() })
    expect(await world.deploy()).toBeUndefined()
    world.fill('Orders', 3)
  })

  it.each([
    ['a changed key', { Orders: table('other') }, 'would be replaced, because KeySchema changes'],
    ['a renamed table', { Orders2: table() }, 'would be deleted, because the resources no longer have it'],
    ['a table left out', {}, 'would be deleted, because the resources no longer have it'],
  ])('is not lost by %s that nobody named, nor is anything else changed', async (_what, resources, why) => {
    world.push(resources)
    const before = [...world.stacks.calls]
    expect(await world.deploy()).toBe(
      `the data of shop: Orders (table ${id('Orders')}, holds 3 rows) ${why}; nothing was touched; ` +
        'to go on without it, deploy with --replace-data Orders ' +
        '("replaceData": ["Orders"] in the workflow\'s input)',
    )
    expect([holds(id('Orders')), world.stacks.calls, await keptIds()]).toEqual([3, before, []])
    // The person can read there what would go.
    expect(world.plan().losses).toMatchObject([{ name: 'Orders', holds: { holding: { count: 3 } } }])
  })

  it('goes when it was named, once the release runs', async () => {
    world.push({ Orders: table('other') })
    expect(await world.deploy({ named: ['Orders'] })).toBeUndefined()
    expect(world.parts).toEqual({ Orders: id('Orders-2') })
    expect([holds(id('Orders')), holds(id('Orders-2')), await keptIds()]).toEqual([undefined, 0, []])
  })

  it.each([
    [['Order'], 'input of deploy: replaceData: shop would not lose Order; did you mean "Orders"?'],
    [['Orders', 'Pictures'], 'shop would not lose Pictures; known are Orders'],
  ])('stays when another name was given: %j', async (named, sentence) => {
    world.push({})
    expect(await world.deploy({ named })).toContain(sentence)
    expect(holds(id('Orders'))).toBe(3)
  })

  it('needs no name when nothing is lost', async () => {
    world.push({ Orders: { ...table(), Properties: { ...table().Properties, Tags: [] } }, New: table() })
    expect(await world.deploy({ named: ['Orders'] })).toContain('leave it out; no data would be lost')
    expect(await world.deploy()).toBeUndefined()
    expect(world.parts).toEqual({ Orders: id('Orders'), New: id('New') })
  })

  it('stays when the run fails that made it, and goes when that was empty', async () => {
    world.push({ Orders: table(), New: table() })
    await world.deploy({ fails: true })
    expect(world.parts).toEqual({ Orders: id('Orders'), New: id('New') })
    const other = new DataWorld()
    other.push({ Orders: table() })
    await other.deploy({ fails: true })
    expect([other.data, await other.kept.list('shop')]).toEqual([[], []])
  })

  it('comes back when the run fails for which it was named', async () => {
    world.push({})
    await world.deploy({ named: ['Orders'], fails: true })
    expect([world.parts, holds(id('Orders')), await keptIds()]).toEqual([{ Orders: id('Orders') }, 3, []])
  })

  it('comes back also under a name that it was given, which no plan may make again', async () => {
    world.push({ Orders: table(), Pictures: bucket })
    await world.deploy()
    world.fill('Pictures', 4)
    world.push({ Orders: table() })
    await world.deploy({ named: ['Pictures'], fails: true })
    expect([world.parts.Pictures, holds(id('Pictures'))]).toEqual([id('Pictures'), 4])
    const asked = world.previews.map((text) => JSON.parse(text).Resources.Pictures?.Properties)
    expect(asked.at(-1)).toEqual({})
  })

  it('is left alone on the way back when that could only replace it', async () => {
    const TABLE = 'AWS::DynamoDB::Table'
    world.stacks.made.physical.set('foreign', { type: TABLE, holds: 2 })
    const template = {
      AWSTemplateFormatVersion: '2010-09-09' as const,
      Description: '',
      Resources: { Orders: table('other') },
    }
    const later = { at: '2999-01-01T00:00:00Z', execution: 'x', parameters: {} }
    await world.kept.keep('shop', [{ name: 'Orders', type: TABLE, id: 'foreign', template, ...later }])
    world.push({})
    expect(await world.deploy({ named: ['Orders'], fails: true })).toBeUndefined()
    expect(world.parts).toEqual({ Orders: id('Orders-2') })
    expect([holds(id('Orders')), holds('foreign')]).toEqual([3, 2])
  })

  it('is kept when the run fails that replaced it, and its successor stays, too', async () => {
    world.push({ Orders: table('other') })
    await world.deploy({ named: ['Orders'], fails: true })
    expect(world.parts).toEqual({ Orders: id('Orders-2') })
    expect([holds(id('Orders')), await keptIds()]).toEqual([3, [id('Orders')]])
  })

  it('stays when somebody goes back to a release without it', async () => {
    world.push({ Orders: table(), New: table() })
    await world.deploy()
    world.fill('New', 5)
    expect(await world.deploy({ release: 1 })).toBeUndefined()
    expect(world.plan().notes).toContain('New stays as it is, with its data: going back takes none away')
    expect([world.parts.New, holds(id('New'))]).toEqual([id('New'), 5])
    expect(await world.deploy({ release: 1 })).toBeUndefined()
    world.push({ Orders: table() })
    expect(await world.deploy()).toContain(`New (table ${id('New')}, holds 5 rows) would be deleted`)
  })

  it('refuses to go back where that would replace it', async () => {
    world.push({ Orders: table('other') })
    await world.deploy({ named: ['Orders'] })
    world.fill('Orders', 7)
    expect(await world.deploy({ release: 1 })).toBe(
      `rollback of shop: Orders (table ${id('Orders-2')}, holds 7 rows) would be replaced, because KeySchema ` +
        'changes; going back never replaces data; deploy a checkout that fits the data instead',
    )
    expect(holds(id('Orders-2'))).toBe(7)
  })

  it('refuses to go back where that would replace what is kept', async () => {
    world.push({ New: table() })
    await world.deploy({ named: ['Orders'] })
    const Resources = { Orders: table('other') }
    const template = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources }
    const type = 'AWS::DynamoDB::Table'
    world.stacks.made.physical.set('kept', { type, holds: 2 })
    const more = { at: '2026-01-31T12:00:00Z', execution: 'x', parameters: {} }
    await world.kept.keep('shop', [{ name: 'Orders', type, id: 'kept', template, ...more }])
    expect(await world.deploy({ release: 1 })).toContain(
      'rollback of shop: Orders (table kept, holds 2 rows) would be replaced, because KeySchema changes',
    )
    expect([Object.keys(world.parts), holds('kept')]).toEqual([['New'], 2])
  })

  it('is taken up again after it was kept', async () => {
    expect(await world.teardown({ data: 'keep' })).toBeUndefined()
    expect([holds(id('Orders')), await keptIds()]).toEqual([3, [id('Orders')]])
    expect(await world.deploy()).toBeUndefined()
    expect(world.plan().notes.join()).toMatch(
      /^Orders takes up nanofleet-dev-shop-Orders, which was kept on 20\d\d-\d\d-\d\d$/,
    )
    expect([world.parts, holds(id('Orders')), await keptIds()]).toEqual([{ Orders: id('Orders') }, 3, []])
  })

  it('is not taken up by a run that would replace it, unless it was named', async () => {
    await world.teardown({ data: 'keep' })
    world.push({ Orders: table('other') })
    expect(await world.deploy()).toContain('holds 3 rows) would be replaced, because KeySchema changes')
    expect([world.parts, holds(id('Orders'))]).toEqual([{}, 3])
    expect(await world.deploy({ named: ['Orders'] })).toBeUndefined()
    expect([world.parts, holds(id('Orders')), await keptIds()]).toEqual([
      { Orders: id('Orders-2') },
      undefined,
      [],
    ])
  })

  it('stays kept while a condition leaves it out of the release, and is taken up when the release has it', async () => {
    await world.teardown({ data: 'keep' })
    world.push({ Orders: { ...table(), Condition: 'Never' }, Other: bucket })
    expect(await world.deploy()).toBeUndefined()
    expect([Object.keys(world.parts), await keptIds()]).toEqual([['Other'], [id('Orders')]])
    world.push({ Orders: { ...table(), Condition: 'Always' }, Other: bucket })
    expect(await world.deploy()).toBeUndefined()
    expect([world.parts.Orders, holds(id('Orders')), await keptIds()]).toEqual([id('Orders'), 3, []])
  })

  it('is replaced by a new table when somebody deleted what was kept', async () => {
    await world.teardown({ data: 'keep' })
    world.stacks.made.physical.delete(id('Orders'))
    expect(await world.deploy()).toBeUndefined()
    expect(world.plan().notes).toContain(
      `Orders was kept as ${id('Orders')}, which does not exist any more; a new one is made`,
    )
    expect([world.parts, await keptIds()]).toEqual([{ Orders: id('Orders') }, []])
  })

  it('is as it was when CloudFormation does not take it up, and the next run tries again', async () => {
    await world.teardown({ data: 'keep' })
    world.stacks.failures.set(STACK, 'Orders: no')
    await expect(world.deploy()).rejects.toThrow(
      `stack ${STACK}: its kept data could not be taken up: Orders: no`,
    )
    expect([holds(id('Orders')), await keptIds()]).toEqual([3, [id('Orders')]])
    expect(await world.deploy()).toBeUndefined()
    expect([world.parts, holds(id('Orders'))]).toEqual([{ Orders: id('Orders') }, 3])
  })

  it('outlives a removal that does not name it', async () => {
    expect(await world.teardown({ data: 'delete' })).toContain('does not name Orders')
    expect(await world.teardown({})).toContain('data is missing, and shop has Orders')
    expect(holds(id('Orders'))).toBe(3)
    expect(await world.teardown({ data: 'delete', deleteData: ['Orders'] })).toBeUndefined()
    expect([holds(id('Orders')), await keptIds()]).toEqual([undefined, []])
  })
})
