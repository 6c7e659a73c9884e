import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import type { TeardownInput } from '../../../core/deploy/deploy-input.ts'
import {
  planTeardown,
  type TeardownFacts,
  type TeardownPlan,
  withKeptData,
} from '../../../core/deploy/teardown-plan.ts'
import type { Outline } from '../../../core/template/outline.ts'

const outline = (needs: Record<string, string[]>): Outline => ({
  requires: ['platform'],
  services: Object.fromEntries(Object.entries(needs).map(([name, list]) => [name, { needs: list }])),
})
const template: Template = {
  AWSTemplateFormatVersion: '2010-09-09',
  Description: '',
  Resources: { Orders: { Type: 'AWS::DynamoDB::Table' }, Group: { Type: 'AWS::EC2::SecurityGroup' } },
}
const part = (name: string) => ({ name, type: 'AWS::DynamoDB::Table', id: `shop-${name}` })
const facts = (other: Partial<TeardownFacts> = {}): TeardownFacts => ({
  outline: outline({ web: ['db'], db: [] }),
  standing: ['db', 'web'],
  data: [],
  kept: [],
  others: [],
  ...other,
})
const input = { app: 'shop', confirm: 'shop', deleteData: [] }

describe('planTeardown', () => {
  it('stops who needs others first, and what the manifest does not know any more before all', () => {
    const plan = planTeardown(input, facts({ standing: ['db', 'gone', 'web'] }), 'run')
    expect(plan.waves.map((wave) => wave.map(({ target }) => target.service))).toEqual([
      ['gone'],
      ['web'],
      ['db'],
    ])
    expect(plan.waves.flat().every(({ target }) => target.count === 0)).toBe(true)
  })

  it('has nothing to stop when everything is gone already', () => {
    expect(planTeardown(input, facts({ standing: [] }), 'run')).toMatchObject({
      waves: [],
      services: [],
      data: 'delete',
    })
  })

  it('refuses while another app needs this one, and names it', () => {
    const others = [
      { app: 'blog', requires: ['shop'] },
      { app: 'mail', requires: ['platform'] },
    ]
    expect(() => planTeardown(input, facts({ others }), 'run')).toThrow(
      'shop is needed by blog; remove that first',
    )
    const two = [...others, { app: 'news', requires: ['shop'] }]
    expect(() => planTeardown(input, facts({ others: two }), 'run')).toThrow(
      'shop is needed by blog, news; remove those first',
    )
  })

  const data = [part('Orders'), part('Pictures')]
  const before = [{ ...part('Old') }, { ...part('Half'), confirmedBy: 'earlier' }]
  it.each<[string, Partial<TeardownInput>, Partial<TeardownPlan>]>([
    ['keeps data', { data: 'keep' }, { data: 'keep', kept: data, deletes: [] }],
    ['keeps what is used', { data: 'keep-used' }, { data: 'keep-used', kept: [], deletes: [] }],
    [
      'deletes what is named',
      { data: 'delete', deleteData: ['Pictures', 'Orders'] },
      { data: 'delete', kept: [], deletes: ['Pictures', 'Orders'] },
    ],
    [
      'deletes all, with what an earlier run was deleting, but nothing else that was kept',
      { data: 'delete', deleteData: ['all'] },
      { deletes: ['Orders', 'Pictures', 'Half'] },
    ],
    [
      'deletes what was kept when it is named',
      { data: 'delete', deleteData: ['Orders', 'Pictures', 'Old'] },
      { deletes: ['Orders', 'Pictures', 'Old'] },
    ],
  ])('%s', (_what, more, plan) => {
    expect(planTeardown({ ...input, ...more }, facts({ data, kept: before }), 'run')).toMatchObject(plan)
  })

  it.each<[Partial<TeardownInput>, string]>([
    [{}, 'input of teardown: data is missing, and shop has Orders, Pictures; say "keep" or "delete"'],
    [
      { data: 'delete' },
      'deleteData: does not name Orders, Pictures, which would go with shop; name what goes: ["Orders","Pictures"], or ["all"]',
    ],
    [{ data: 'delete', deleteData: ['Orders'] }, 'does not name Pictures, which would go'],
    [{ data: 'delete', deleteData: ['Order', 'Pictures'] }, 'shop has no data Order; did you mean "Orders"?'],
    [{ data: 'delete', deleteData: ['all', 'Orders'] }, 'shop has no data all'],
    [{ data: 'keep', deleteData: ['Orders'] }, 'goes only with data "delete"; leave one of them out'],
  ])('refuses %j, as nobody named what would go', (more, sentence) => {
    expect(() => planTeardown({ ...input, ...more }, facts({ data, kept: before }), 'run')).toThrow(sentence)
  })
})

describe('withKeptData', () => {
  it('lets only what holds data survive its stack', () => {
    const { Resources } = withKeptData(template)
    expect(Resources.Orders).toMatchObject({ DeletionPolicy: 'Retain' })
    expect(Resources.Group).toEqual({ Type: 'AWS::EC2::SecurityGroup' })
  })

  it.each(['Retain', 'RetainExceptOnCreate'])('leaves alone what has the policy %s', (DeletionPolicy) => {
    const Resources = { Orders: { Type: 'AWS::DynamoDB::Table', DeletionPolicy } }
    expect(withKeptData({ ...template, Resources }).Resources).toEqual(Resources)
  })
})
