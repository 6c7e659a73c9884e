import { describe, expect, it } from '@jest/globals'
import type { CatalogEntry } from '../../../core/base/catalog.ts'
import { TAG } from '../../../core/base/names.ts'
import { parseDefinition } from '../../../core/definition/definition.ts'
import { observe, usualSeconds } from '../../../core/healing/members.ts'
import { entry, evidence, now } from '../registration/difference-evidence.ts'
import { critical, groupOf, running } from './healing-samples.ts'

describe('the members of a fleet', () => {
  const seen = (other: Parameters<typeof evidence>[0]) => observe(evidence(other)).members
  const one = running('i-1')
  const on = (...entries: CatalogEntry[]): [CatalogEntry[], CatalogEntry[]] => [entries, []]

  it.each<[string, Parameters<typeof evidence>[0]]>([
    ['is pending', { instances: [{ ...one, state: 'pending' }] }],
    ['is told to go', { leaving: new Map([['i-1', 'spot']]) }],
    ['is in maintenance', { on: on(entry(one, { status: 'maintenance' })) }],
    ['has no service', { instances: [{ ...one, tags: { ...one.tags, [TAG.service]: '' } }] }],
    ['has no app', { instances: [{ ...one, tags: { ...one.tags, [TAG.app]: '' } }] }],
    ['is of another stage', { instances: [{ ...one, tags: { ...one.tags, [TAG.stage]: 'test2' } }] }],
    ['is a Consul server', { instances: [{ ...one, tags: { ...one.tags, consulcloud: 'consulserver' } }] }],
  ])('leave out one that %s', (_, other) => {
    expect(seen({ instances: [one], on: on(entry(one, critical)), ...other })).toEqual([])
  })

  it('have the check that fails, its owner, and when the entry was made', () => {
    expect(seen({ instances: [one], on: on(entry(one, critical)) })).toEqual([
      {
        instanceId: 'i-1',
        group: groupOf('web'),
        owner: '10.0.0.1',
        failing: ['web'],
        passing: false,
        output: 'HTTP 503',
        registered: now.getTime() - 3_600_000,
        usual: 60,
      },
    ])
  })

  it.each<[string, CatalogEntry[], string[], boolean]>([
    ['nothing is known of', [], [], false],
    ['a warning is shown of', [entry(one, { status: 'warning' })], [], true],
    [
      'one of two services fails of',
      [entry(one), entry(one, { id: 'i-1:admin', service: 'admin', ...critical })],
      ['admin'],
      false,
    ],
  ])('when %s one', (_, entries, failing, passing) => {
    expect(seen({ instances: [one], on: on(...entries) })).toMatchObject([
      { failing, passing, output: failing.length ? 'HTTP 503' : '' },
    ])
  })

  it('are patient for a minute with one whose definition cannot be read', () => {
    const unread = { definitions: new Map(), instances: [one], on: on(entry(one, critical)) }
    expect(seen(unread)).toMatchObject([{ usual: 60, failing: ['web'] }])
  })

  it('know nothing of one that has no entry', () => {
    const unknown = { owner: '', registered: 0, failing: [], passing: false }
    expect(seen({ instances: [one], on: on() })).toMatchObject([unknown])
  })

  it('count one that has two entries as well if either is', () => {
    const moved: [CatalogEntry[], CatalogEntry[]] = [[entry(one, critical)], [entry(one)]]
    expect(seen({ instances: [one], on: moved })).toMatchObject([{ failing: [], passing: true }])
  })

  it.each([
    ['1s', 60],
    ['6s', 60],
    ['30s', 300],
    ['2m', 1200],
  ])('with a check every %s fail for %d s before they are replaced', (interval, seconds) => {
    const check = { http: 'http://HEALTHROUTE:80/', interval }
    const text = JSON.stringify({ name: 'web', check, checks: [{ ...check, interval: '1s' }] })
    expect(usualSeconds(parseDefinition(text, 'consul.json'))).toBe(seconds)
  })

  it('wait a minute without a check', () => {
    expect(usualSeconds([{ Name: 'web' }])).toBe(60)
  })
})
