import { describe, expect, it } from '@jest/globals'
import { holdsText, isEmpty, type Known } from '../../../core/deploy/holdings.ts'
import { type Loss, lossesIn, lossText, refuseUnnamed } from '../../../core/deploy/losses.ts'
import { stackPolicy } from '../../../core/template/stack-policy.ts'
import type { ResourceChange } from '../../../core/template/stacks.ts'

const TABLE = 'AWS::DynamoDB::Table'
const change = (more: Partial<ResourceChange>): ResourceChange => ({
  name: 'Orders',
  id: 'orders-1',
  type: TABLE,
  action: 'Modify',
  causes: [],
  ...more,
})

describe('what an update takes away', () => {
  it.each<[string, Partial<ResourceChange>, string | undefined]>([
    ['a table that leaves', { action: 'Remove' }, 'deleted'],
    ['a table that is replaced', { replacement: 'True' }, 'replaced'],
    ['a table that may be replaced', { replacement: 'Conditional' }, 'replaced'],
    ['a table of which CloudFormation says nothing', {}, 'replaced'],
    ['what CloudFormation cannot judge', { action: 'Dynamic' }, 'replaced'],
    ['a table that is changed where it is', { replacement: 'False' }, undefined],
    ['a table that is new', { action: 'Add' }, undefined],
    ['a table that is taken up', { action: 'Import' }, undefined],
    ['a queue', { type: 'AWS::SQS::Queue', action: 'Remove' }, 'deleted'],
    ['a bucket', { type: 'AWS::S3::Bucket', replacement: 'True' }, 'replaced'],
    ['a topic, which holds nothing', { type: 'AWS::SNS::Topic', action: 'Remove' }, undefined],
    ['a security group', { type: 'AWS::EC2::SecurityGroup', replacement: 'True' }, undefined],
  ])('of %s: %s', (_what, more, fate) => {
    expect(lossesIn([change(more)]).map((loss) => loss.fate)).toEqual(fate === undefined ? [] : [fate])
  })
})

const holding = (count: number, more: { more?: true; about?: true } = {}, what = 'rows'): Known => ({
  holding: { what, count, ...more },
})

describe('what a resource holds', () => {
  it.each<[Known, string, boolean]>([
    [holding(0), 'holds no rows', true],
    [holding(1), 'holds 1 row', false],
    [holding(1000, { more: true }, 'objects'), 'holds at least 1,000 objects', false],
    [holding(12, { about: true }, 'messages'), 'holds about 12 messages', false],
    [holding(0, { about: true }, 'messages'), 'holds no messages that SQS knows of', false],
    [{ unknown: 'no permission' }, 'what it holds is not known: no permission', false],
    [{ missing: true }, 'it does not exist any more', true],
  ])('%j: %s', (known, text, empty) => {
    expect([holdsText(known), isEmpty(known)]).toEqual([text, empty])
  })
})

describe('losses', () => {
  const loss = (name: string, more: Partial<Loss> = {}): Loss => ({
    name,
    id: `${name}-1`,
    type: TABLE,
    fate: 'deleted',
    because: [],
    holds: holding(2),
    ...more,
  })
  const [orders, bills] = [
    loss('Orders'),
    loss('Bills', { fate: 'replaced', because: ['KeySchema', 'TableName'] }),
  ]

  it('are refused together, in one sentence that says how to go on', () => {
    expect(() => refuseUnnamed('shop', [orders, bills], ['Orders'])).toThrow(
      'the data of shop: Orders (table Orders-1, holds 2 rows) would be deleted, because the resources no ' +
        'longer have it | Bills (table Bills-1, holds 2 rows) would be replaced, because KeySchema and ' +
        'TableName change; nothing was touched; to go on without them, deploy with --replace-data Orders,Bills ' +
        '("replaceData": ["Orders","Bills"] in the workflow\'s input)',
    )
  })

  it.each<[string, Loss[], string]>([
    ['a restore, if all of them are set aside', [loss('Orders', { fate: 'set aside' })], 'restore'],
    ['a deployment, if one of them goes', [loss('Orders', { fate: 'set aside' }), bills], 'deploy'],
  ])('name %s', (_what, losses, verb) => {
    expect(() => refuseUnnamed('shop', losses, [])).toThrow(`, ${verb} with --replace-data Orders`)
  })

  it('pass when each was named, whatever the order', () => {
    expect(() => refuseUnnamed('shop', [orders, bills], ['Bills', 'Orders'])).not.toThrow()
    expect(() => refuseUnnamed('shop', [], [])).not.toThrow()
  })

  it('say it when CloudFormation names no property', () => {
    expect(lossText(loss('Orders', { fate: 'replaced' }))).toMatch(
      /replaced, as CloudFormation cannot rule out$/,
    )
  })
})

describe('the policy of a stack', () => {
  const statements = (names?: string[]) => JSON.parse(stackPolicy(names)).Statement
  it('denies to replace and to remove what holds data', () => {
    expect(statements()).toEqual([
      { Effect: 'Allow', Action: 'Update:*', Principal: '*', Resource: '*' },
      {
        Effect: 'Deny',
        Action: ['Update:Replace', 'Update:Delete'],
        Principal: '*',
        Resource: '*',
        Condition: { StringEquals: { ResourceType: expect.arrayContaining([TABLE, 'AWS::S3::Bucket']) } },
      },
    ])
  })

  it('leaves out what was named, for one update', () => {
    expect(statements(['Orders', 'Bills'])[1]).toMatchObject({
      NotResource: ['LogicalResourceId/Orders', 'LogicalResourceId/Bills'],
    })
    expect(statements(['Orders'])[1]).not.toHaveProperty('Resource')
  })
})
