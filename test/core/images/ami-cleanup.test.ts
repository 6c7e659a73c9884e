import { describe, expect, it } from '@jest/globals'
import { planCleanup } from '../../../core/images/ami-cleanup.ts'
import type { AccountImage, Evidence, Reference } from '../../../core/images/ami-evidence.ts'
import { evidenceOf, NOW, ourSnapshot, ours } from '../../support/ami-evidence.ts'

const options = { keep: 0, minAgeDays: 0, max: 50 }
const planned = (evidence: Partial<Evidence>, wanted: Partial<typeof options> = {}) => {
  const { remove, keep } = planCleanup(evidenceOf(evidence), { ...options, ...wanted })
  return {
    remove: remove.map(({ imageId, snapshots }) => imageId ?? snapshots.join()),
    keep: Object.fromEntries(keep.map(({ imageId, reason }) => [imageId, reason])),
  }
}
const named = (by: string, kind: Reference['kind'] = 'fleet'): Reference => ({ id: 'ami-1', kind, by })

describe('an image stays when', () => {
  const reasons: [string, Partial<AccountImage>, Partial<Evidence>, string][] = [
    [
      'a running instance needs it',
      {},
      { references: [named('instance i-1 (running)')] },
      'needed by instance i-1 (running)',
    ],
    [
      'a stopped instance needs it',
      {},
      { references: [named('instance i-1 (stopped)')] },
      'needed by instance i-1 (stopped)',
    ],
    [
      'an old version of a launch template names it',
      {},
      { references: [named('launch template t, version 1')] },
      'needed by launch template t, version 1',
    ],
    [
      'a parameter of any name holds it',
      {},
      { references: [named('parameter /golden', 'record')] },
      'needed by parameter /golden',
    ],
    [
      'a kept release ran it',
      {},
      { references: [named('release 3 of web', 'record')] },
      'needed by release 3 of web',
    ],
    [
      'several need it',
      {},
      { references: [named('instance i-1 (running)'), named('release 3 of web', 'record')] },
      'needed by instance i-1 (running) and 1 more',
    ],
    [
      'a launch template names its snapshot',
      {},
      { references: [{ id: 'snap-ami-1', kind: 'fleet', by: 'launch template t, version 1' }] },
      'needed by launch template t, version 1',
    ],
    ['it is public', { sharedWith: ['everybody'] }, {}, 'shared with everybody'],
    ['another account may launch it', { sharedWith: ['210987654321'] }, {}, 'shared with 210987654321'],
    [
      'it is protected against deregistration',
      { isProtected: true },
      {},
      'protected against deregistration; "aws ec2 disable-image-deregistration-protection" ends that',
    ],
    ['it is still being made', { state: 'pending' }, {}, 'still being made'],
    ['a run holds the lock of its app', {}, { busyApps: ['shop', 'web'] }, 'a run works on web'],
    [
      'it was made while a build is under way',
      {},
      { buildingSince: '2026-01-01T00:00:00.000Z' },
      'made while a build is under way',
    ],
    [
      'it may have been made while a build is under way',
      { createdAt: '' },
      { buildingSince: '2026-01-01T00:00:00.000Z' },
      'made while a build is under way',
    ],
  ]
  it.each(reasons)('%s', (_case, image, evidence, reason) => {
    expect(planned({ images: [ours('ami-1', image)], ...evidence })).toEqual({
      remove: [],
      keep: { 'ami-1': reason },
    })
  })

  it('it is one of the newest of its service', () => {
    const images = [
      ours('ami-1', { createdAt: '2026-01-01T00:00:00.000Z' }),
      ours('ami-3', { createdAt: '2026-01-03T00:00:00.000Z' }),
      ours('ami-2', { createdAt: '2026-01-02T00:00:00.000Z' }),
      ours('ami-other', { createdAt: '2025-01-02T00:00:00.000Z' }, 'api'),
    ]
    expect(planned({ images }, { keep: 1 })).toEqual({
      remove: ['ami-1', 'ami-2'],
      keep: { 'ami-3': 'one of the 1 newest of web/page', 'ami-other': 'one of the 1 newest of web/api' },
    })
  })

  it('it is the newest that works, however many failed after it', () => {
    const failed = [2, 3, 4].map((day) =>
      ours(`ami-${day}`, { createdAt: `2026-01-0${day}T00:00:00.000Z`, state: 'failed' }),
    )
    expect(planned({ images: [ours('ami-1'), ...failed] }, { keep: 3 })).toEqual({
      remove: ['ami-2', 'ami-3', 'ami-4'],
      keep: { 'ami-1': 'one of the 3 newest of web/page' },
    })
  })

  it('it is younger than asked for, to the millisecond', () => {
    const day = 24 * 60 * 60 * 1000
    const at = (ms: number) => new Date(Date.parse(NOW) - ms).toISOString()
    const images = [
      ours('ami-old', { createdAt: at(2 * day) }),
      ours('ami-young', { createdAt: at(2 * day - 1) }),
    ]
    expect(planned({ images }, { minAgeDays: 2 })).toEqual({
      remove: ['ami-old'],
      keep: { 'ami-young': 'younger than 2 days' },
    })
  })

  it('its age is unknown and an age is asked for', () => {
    expect(planned({ images: [ours('ami-1', { createdAt: '' })] }, { minAgeDays: 1 })).toEqual({
      remove: [],
      keep: { 'ami-1': 'its age is unknown' },
    })
  })

  it('but not because a run works on another app', () => {
    expect(planned({ images: [ours('ami-1')], busyApps: ['shop'] }).remove).toEqual(['ami-1'])
  })

  it('but not because a build began after it was made', () => {
    const buildingSince = '2026-01-01T00:00:00.001Z'
    expect(planned({ images: [ours('ami-1')], buildingSince }).remove).toEqual(['ami-1'])
  })

  it('more go than one run may remove, which takes the oldest first', () => {
    const images = ['ami-1', 'ami-2', 'ami-3'].map((id, day) =>
      ours(id, { createdAt: `2026-01-0${3 - day}T00:00:00.000Z` }),
    )
    expect(planned({ images }, { max: 2 })).toEqual({
      remove: ['ami-3', 'ami-2'],
      keep: { 'ami-1': 'left for the next run, which removes 2 at most' },
    })
  })
})

describe('an image of others', () => {
  it.each([
    ['without tags', { tags: {} }],
    ['of another stage', { tags: { ...ours('x').tags, 'nanofleet:stage': 'prod' } }],
    ['of somebody else who uses ops', { tags: { CreatedBy: 'ops' } }],
    ['with our stage and without the mark of our builds', { tags: { 'nanofleet:stage': 'dev' } }],
  ])('%s is neither removed nor mentioned', (_case, extra) => {
    expect(planned({ images: [ours('ami-1', extra)] })).toEqual({ remove: [], keep: {} })
  })
})

describe('the reason of a removal', () => {
  const why = (images: AccountImage[]) =>
    planCleanup(evidenceOf({ images }), options).remove.map(({ reason }) => reason)

  it('names service and time, as far as they are known', () => {
    expect(why([ours('ami-1')])).toEqual([
      'nothing needs this image of web/page, made 2026-01-01T00:00:00.000Z',
    ])
    expect(why([ours('ami-1', { createdAt: '' })])).toEqual([
      'nothing needs this image of web/page, made at an unknown time',
    ])
  })

  it('is told of the oldest first, of unknown age last, and by id where times are equal', () => {
    const images = [
      ours('ami-2'),
      ours('ami-9', { createdAt: '' }),
      ours('ami-1'),
      ours('ami-3', { createdAt: '2025-01-01T00:00:00.000Z' }),
    ]
    expect(planned({ images }).remove).toEqual(['ami-3', 'ami-1', 'ami-2', 'ami-9'])
  })
})

describe('a snapshot', () => {
  const removal = (evidence: Partial<Evidence>) => planCleanup(evidenceOf(evidence), options).remove

  it('goes with its image', () => {
    expect(removal({ images: [ours('ami-1')], snapshots: [ourSnapshot('snap-ami-1')] })).toMatchObject([
      { imageId: 'ami-1', snapshots: ['snap-ami-1'] },
    ])
  })

  it('stays when another image uses it', () => {
    const images = [ours('ami-1'), ours('ami-copy', { tags: {}, snapshots: ['snap-ami-1'] })]
    expect(removal({ images, snapshots: [ourSnapshot('snap-ami-1')] })).toMatchObject([
      { imageId: 'ami-1', snapshots: [] },
    ])
  })

  it('stays when it is not ours', () => {
    const foreign = ourSnapshot('snap-ami-1', { tags: {} })
    expect(removal({ images: [ours('ami-1')], snapshots: [foreign] })).toMatchObject([{ snapshots: [] }])
  })

  it.each([
    ['a day old and without an image goes', {}, {}, ['snap-1']],
    [
      'a day old to the millisecond goes',
      { startedAt: new Date(Date.parse(NOW) - 86_400_000).toISOString() },
      {},
      ['snap-1'],
    ],
    ['younger may be waiting for its image', { startedAt: NOW }, {}, []],
    ['of unknown age stays', { startedAt: '' }, {}, []],
    ['of others stays', { tags: { CreatedBy: 'ops' } }, {}, []],
    [
      'that a launch template names stays',
      {},
      { references: [{ id: 'snap-1', kind: 'fleet' as const, by: 'x' }] },
      [],
    ],
  ])('left by a failed build: %s', (_case, extra, evidence, gone) => {
    const snapshots = [ourSnapshot('snap-1', extra)]
    expect(removal({ snapshots, ...evidence }).flatMap((item) => item.snapshots)).toEqual(gone)
  })
})
