import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import {
  type KeptData,
  namedRecords,
  plannedRecords,
  toTakeUp,
  withTakenUp,
} from '../../../core/deploy/kept-data.ts'
import type { Loss } from '../../../core/deploy/losses.ts'

const TABLE = 'AWS::DynamoDB::Table'
const template = (Resources: Template['Resources'], more: Partial<Template> = {}): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: 'shop',
  Resources,
  ...more,
})
const kept = (name: string, id: string, at = '2026-01-31T00:00:00Z'): KeptData => ({
  name,
  type: TABLE,
  id,
  template: template(
    { [name]: { Type: TABLE, Condition: 'Big' } },
    { Parameters: { Size: { Type: 'String' } } },
  ),
  parameters: { Size: 'big', Other: 'x' },
  at,
  execution: 'run',
})

describe('kept data', () => {
  const wanted = template({
    Orders: { Type: TABLE },
    Bills: { Type: 'AWS::S3::Bucket' },
    New: { Type: TABLE },
  })
  it('comes back as what was kept last under a name that the resources have, with the same type', () => {
    const all = [
      kept('Orders', 'newer', '2026-02-02T00:00:00Z'),
      kept('Orders', 'older'),
      kept('Bills', 'of another type'),
      kept('Gone', 'nobody wants'),
    ]
    expect(toTakeUp(all, wanted, undefined).map(({ id }) => id)).toEqual(['newer'])
    expect(toTakeUp(all.toReversed(), wanted, undefined).map(({ id }) => id)).toEqual(['newer'])
    expect(toTakeUp(all, wanted, template({ Orders: { Type: TABLE } }))).toEqual([])
  })

  it('comes back without what was restored: only the run that restored it takes that up', () => {
    const restored = { ...kept('Orders', 'restored', '2026-02-03T00:00:00Z'), restored: 'arn:1' }
    expect(toTakeUp([restored], wanted, undefined)).toEqual([])
    expect(toTakeUp([kept('Orders', 'own'), restored], wanted, undefined).map(({ id }) => id)).toEqual([
      'own',
    ])
  })

  it('is imported with the defaults of parameters that nobody gave', () => {
    const { wanted } = withTakenUp('shop', undefined, [
      { ...kept('Orders', 'o-1'), parameters: { Other: 'x' } },
    ])
    expect(Object.keys(wanted.template.Parameters ?? {})).toEqual(['Size'])
    expect(wanted.parameters).toEqual({})
  })

  it('is imported as it stood, beside what the stack has, and into a new stack alone', () => {
    const standing = {
      template: template({ Topic: { Type: 'AWS::SNS::Topic' } }),
      parameters: { Size: 'small' },
    }
    const [orders, bills] = [kept('Orders', 'o-1'), kept('Bills', 'b-1')]
    const both = withTakenUp('shop', standing, [orders, bills])
    expect(Object.keys(both.wanted.template.Resources).sort()).toEqual(['Bills', 'Orders', 'Topic'])
    expect(both.wanted.parameters).toEqual({ Size: 'small' })
    expect(both.resources).toEqual([
      { name: 'Orders', type: TABLE, key: { TableName: 'o-1' } },
      { name: 'Bills', type: TABLE, key: { TableName: 'b-1' } },
    ])
    const alone = withTakenUp('shop', undefined, [orders])
    expect(alone.wanted).toMatchObject({ name: 'shop', tags: {}, parameters: { Size: 'big' } })
    expect(alone.wanted.template.Resources).toEqual({
      Orders: {
        Type: TABLE,
        DeletionPolicy: 'Retain',
        UpdateReplacePolicy: 'Retain',
        Metadata: { TakenUp: orders.at },
      },
    })
    expect(alone.wanted.template).not.toHaveProperty('Outputs')
  })

  it('that is named before it goes is recorded from the stack, or as it was kept', () => {
    const part = (name: string) => ({ name, type: TABLE, id: `${name}-1` })
    const standing = { template: template({ Orders: { Type: TABLE } }), parameters: { A: 'b' } }
    const old = kept('Bills', 'Bills-1')
    const occasion = { at: 'now', execution: 'next', confirmedBy: 'next' }
    expect(namedRecords([part('Orders'), part('Bills')], standing, [old], occasion)).toEqual([
      { ...old, ...occasion },
      { ...part('Orders'), template: standing.template, parameters: { A: 'b' }, ...occasion },
    ])
    expect(namedRecords([part('Orders')], undefined, [], occasion)).toEqual([])
  })

  it('is marked to go only if it was named itself', () => {
    const [orders, bills] = [kept('Orders', 'o-1'), kept('Bills', 'b-1')]
    const occasion = { at: '2026-02-01T00:00:00Z', execution: 'run', confirmedBy: 'run' }
    expect(namedRecords([orders], undefined, [orders, bills], occasion)).toEqual([{ ...orders, ...occasion }])
  })

  it('that a restore sets aside is recorded, and never as named by a person', () => {
    const loss = (name: string, fate: Loss['fate']): Loss => ({
      ...{ name, type: TABLE, id: `${name}-1`, fate, because: [] },
      holds: { holding: { what: 'rows', count: 2 } },
    })
    const standing = {
      template: template({ Orders: { Type: TABLE }, Bills: { Type: TABLE } }),
      parameters: {},
    }
    const restored = { ...kept('Orders', 'Orders-2'), restored: 'arn:1' }
    const losses = [loss('Orders', 'set aside'), loss('Bills', 'deleted')]
    const found = plannedRecords({ losses, takenUp: [restored, kept('Carts', 'Carts-1')] }, standing, {
      at: 'now',
      execution: 'next',
    })
    expect(found.map(({ id, confirmedBy }) => [id, confirmedBy])).toEqual([
      ['Bills-1', 'next'],
      ['Orders-1', undefined],
      ['Orders-2', undefined],
    ])
    expect(plannedRecords({ losses, takenUp: [] }, undefined, { at: 'now', execution: 'next' })).toEqual([])
  })
})
