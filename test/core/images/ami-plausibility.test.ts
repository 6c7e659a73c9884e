import { describe, expect, it } from '@jest/globals'
import { planCleanup, recheck } from '../../../core/images/ami-cleanup.ts'
import { type Evidence, ImplausibleEvidence } from '../../../core/images/ami-evidence.ts'
import { checkPlausible } from '../../../core/images/ami-plausibility.ts'
import { evidenceOf, ours } from '../../support/ami-evidence.ts'

/** One app with one service, everything that belongs to it listed. */
const whole = evidenceOf({
  images: [ours('ami-1')],
  references: [{ id: 'ami-1', kind: 'fleet', by: 'launch template lt-1, version 1' }],
  instances: ['i-1'],
  launchTemplates: ['lt-1'],
  launchConfigurations: ['lc-1'],
  parameters: ['/nanofleet/dev/web/page/image'],
  groups: [
    {
      name: 'page',
      app: 'web',
      instances: ['i-1'],
      launchTemplates: ['lt-1'],
      launchConfigurations: ['lc-1'],
    },
  ],
  current: [{ app: 'web', service: 'page', release: 1, imageId: 'ami-1' }],
})

describe('evidence', () => {
  it('is plausible when every list is complete', () => {
    expect(() => checkPlausible(whole)).not.toThrow()
  })

  it('of an empty account is plausible', () => {
    expect(() => checkPlausible(evidenceOf({}))).not.toThrow()
  })

  const short: [string, Partial<Evidence>, string][] = [
    ['instances', { instances: [] }, 'the group page names the instance i-1, which is in no list'],
    [
      'launch templates',
      { launchTemplates: [] },
      'the group page names the launch template lt-1, which is in no list',
    ],
    ['launch configurations', { launchConfigurations: [] }, 'names the launch configuration lc-1'],
    [
      'template versions',
      { references: [] },
      'release 1 of web runs page from ami-1, which no launch template names',
    ],
    ['parameters', { parameters: [] }, 'but its image parameter is in no list'],
    ['releases', { current: [] }, 'the group page belongs to the app web, which has no release'],
  ]
  it.each(short)('without its %s is refused, and nothing is removed', (_list, cut, sentence) => {
    const evidence = { ...whole, images: [...whole.images, ours('ami-unused')], ...cut }
    const options = { keep: 0, minAgeDays: 0, max: 50 }
    expect(() => planCleanup(evidence, options)).toThrow(sentence)
    const item = { imageId: 'ami-unused', snapshots: [], reason: '' }
    expect(() => recheck(item, evidence, options)).toThrow(ImplausibleEvidence)
  })

  it('does not count a record as the use of a release', () => {
    const references = [
      { id: 'ami-1', kind: 'record' as const, by: 'parameter /nanofleet/dev/web/page/image' },
    ]
    expect(() => checkPlausible({ ...whole, references })).toThrow('which no launch template names')
  })

  it('may contradict itself about an app that is being changed', () => {
    const groups = whole.groups.map((group) => ({ ...group, launchTemplates: [] }))
    const busy = { ...whole, groups, references: [], parameters: [], current: [], busyApps: ['web'] }
    expect(() => checkPlausible(busy)).not.toThrow()
    const released = { ...whole, references: [], parameters: [], busyApps: ['web'] }
    expect(() => checkPlausible(released)).not.toThrow()
    expect(() => checkPlausible({ ...released, busyApps: ['other'] })).toThrow('no launch template names')
  })
})
