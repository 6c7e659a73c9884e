import { describe, expect, it } from '@jest/globals'
import { recheck } from '../../../core/images/ami-cleanup.ts'
import type { Evidence } from '../../../core/images/ami-evidence.ts'
import { evidenceOf, ourSnapshot, ours } from '../../support/ami-evidence.ts'

const options = { keep: 0, minAgeDays: 0, max: 50 }

describe('the second look before a removal', () => {
  const item = { imageId: 'ami-1', snapshots: ['snap-ami-1'], reason: '' }
  const now = (evidence: Partial<Evidence>) => recheck(item, evidenceOf(evidence), options)

  it('keeps an image that came to be used since the plan was made', () => {
    const references = [{ id: 'ami-1', kind: 'fleet' as const, by: 'instance i-9 (pending)' }]
    expect(now({ images: [ours('ami-1')], references })).toEqual({
      id: 'ami-1',
      stays: 'needed by instance i-9 (pending)',
      snapshots: [],
    })
  })

  it('lets an image go that nothing needs, with its snapshots', () => {
    expect(now({ images: [ours('ami-1')], snapshots: [ourSnapshot('snap-ami-1')] })).toStrictEqual({
      id: 'ami-1',
      snapshots: ['snap-ami-1'],
    })
  })

  it('names what has no image by its snapshots', () => {
    const leftover = { snapshots: ['snap-1', 'snap-2'], reason: '' }
    const snapshots = [ourSnapshot('snap-1'), ourSnapshot('snap-2')]
    expect(recheck(leftover, evidenceOf({ snapshots }), options)).toEqual({
      id: 'snap-1, snap-2',
      snapshots: ['snap-1', 'snap-2'],
    })
  })

  it('keeps an image that lost our tags', () => {
    expect(now({ images: [ours('ami-1', { tags: {} })] }).stays).toBe(
      'it does not carry the tags of this stage',
    )
  })

  it('goes on with the snapshots of an image that an attempt before deregistered', () => {
    expect(now({ snapshots: [ourSnapshot('snap-ami-1')] })).toEqual({
      id: 'ami-1',
      snapshots: ['snap-ami-1'],
    })
  })

  it('leaves a snapshot that got a new image', () => {
    const images = [ours('ami-2', { snapshots: ['snap-ami-1'] })]
    expect(now({ images, snapshots: [ourSnapshot('snap-ami-1')] }).snapshots).toEqual([])
  })
})
