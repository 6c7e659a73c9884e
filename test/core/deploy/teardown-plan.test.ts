import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { planTeardown, type TeardownFacts, withKeptData } from '../../../core/deploy/teardown-plan.ts'
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
const facts = (other: Partial<TeardownFacts> = {}): TeardownFacts => ({
  outline: outline({ web: ['db'], db: [] }),
  standing: ['db', 'web'],
  template: undefined,
  others: [],
  ...other,
})
const input = { app: 'shop', confirm: 'shop' }

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

  it('asks what becomes of data', () => {
    expect(() => planTeardown(input, facts({ template }), 'run')).toThrow(
      /data is missing, and shop has Orders/,
    )
  })

  it.each([
    ['keep', ['Orders']],
    ['delete', []],
  ] as const)('with data: %s keeps %j', (data, kept) => {
    expect(planTeardown({ ...input, data }, facts({ template }), 'run')).toMatchObject({ data, kept })
  })
})

describe('withKeptData', () => {
  it('lets only what holds data survive its stack', () => {
    const { Resources } = withKeptData(template)
    expect(Resources.Orders).toMatchObject({ DeletionPolicy: 'Retain' })
    expect(Resources.Group).toEqual({ Type: 'AWS::EC2::SecurityGroup' })
  })
})
