import { describe, expect, it } from '@jest/globals'
import { type Backup, backedUp, backupName, TABLE } from '../../../core/deploy/backups.ts'
import { type DataFacts, dataList } from '../../../core/deploy/data-list.ts'
import type { KeptData } from '../../../core/deploy/kept-data.ts'

const SHOP = { stage: 'dev', app: 'shop' }
const part = { name: 'Orders', type: TABLE, id: 'nanofleet-dev-shop-Orders-1X' }
const kept = (id: string, at: string, more: Partial<KeptData> = {}): KeptData => ({
  ...{ name: 'Orders', type: TABLE, id, at, execution: 'shop-1', parameters: {} },
  template: { AWSTemplateFormatVersion: '2010-09-09', Description: '', Resources: {} },
  ...more,
})
const backup = (change: Partial<Backup> = {}): Backup => ({
  id: 'arn:1',
  name: 'nanofleet-dev.shop.Orders.20260131T120000Z',
  table: 'gone',
  at: '2026-01-31T12:00:00.000Z',
  state: 'AVAILABLE',
  ...change,
})
const facts = (change: Partial<DataFacts> = {}): DataFacts => ({
  ...SHOP,
  parts: [part],
  kept: [],
  backups: [],
  seen: new Map(),
  ...change,
})

describe('the data of an app', () => {
  it('is what its stack has, then what was kept, the latest first', () => {
    const seen = new Map([
      [part.id, { holds: { holding: { what: 'rows', count: 3 } }, figures: { bytes: 0, rows: 0 } }],
    ])
    const old = kept('old', '2026-01-01T00:00:00Z')
    const young = kept('young', '2026-01-02T00:00:00Z', { restored: 'arn:1' })
    const { data } = dataList(facts({ kept: [old, kept(part.id, '2026-01-03T00:00:00Z'), young], seen }))
    expect(data).toMatchObject([
      { ...part, holds: { holding: { count: 3 } }, figures: { bytes: 0, rows: 0 } },
      {
        id: 'young',
        kept: { at: young.at, execution: 'shop-1', restored: 'arn:1' },
        holds: { unknown: expect.any(String) },
      },
      { id: 'old', kept: { at: old.at, execution: 'shop-1' } },
    ])
    expect(data[0]).not.toHaveProperty('kept')
    expect(data[2]?.kept).not.toHaveProperty('restored')
  })

  it('has backups, the oldest first, also of tables that are gone, and none that was deleted', () => {
    const backups = [
      backup(),
      backup({ id: 'arn:0', name: 'by-hand', table: part.id, at: '2026-01-30T12:00:00.000Z' }),
      backup({ id: 'arn:2', name: 'by-hand', table: 'old' }),
      backup({ id: 'arn:3', name: 'by-hand' }),
      backup({ id: 'arn:4', state: 'DELETED' }),
      backup({ id: 'arn:5', name: 'by-hand', table: 'pictures' }),
    ]
    const bucket = { name: 'Pictures', type: 'AWS::S3::Bucket', id: 'pictures' }
    const listed = dataList(
      facts({ parts: [part, bucket], backups, kept: [kept('old', '', { name: 'Bills' })] }),
    ).backups
    expect(listed.map(({ id, of }) => [id, of])).toEqual([
      ['arn:0', 'Orders'],
      ['arn:1', 'Orders'],
      ['arn:2', 'Bills'],
    ])
  })
})

describe('a backup', () => {
  it('is named after its stage, app and table, and the time', () => {
    const name = backupName('dev', 'shop', 'Orders', new Date('2026-01-31T12:00:00.123Z'))
    expect(name).toBe(backup().name)
  })

  it.each([
    ['of ours', backup(), 'Orders'],
    ['of another app', backup({ name: 'nanofleet-dev.web.Orders.1' }), undefined],
    ['of another stage', backup({ name: 'nanofleet-prod.shop.Orders.1' }), undefined],
    ['named by hand', backup({ name: 'x', table: 'known' }), 'Bills'],
    ['of a deleted table', backup({ name: 'x', table: 'nanofleet-dev-shop-Orders-1X2Y' }), 'Orders'],
    [
      'of an app with a longer name',
      backup({ name: 'x', table: 'nanofleet-dev-shop-old-Orders-1X2Y' }),
      undefined,
    ],
    ['of something else', backup({ name: 'x', table: 'nanofleet-dev-shopping-1X2Y' }), undefined],
    ['of a name without an end', backup({ name: 'x', table: 'nanofleet-dev-shop-Orders' }), undefined],
  ])('%s is known', (_what, given, of) => {
    expect(backedUp(given, SHOP, new Map([['known', 'Bills']]))).toBe(of)
  })
})
