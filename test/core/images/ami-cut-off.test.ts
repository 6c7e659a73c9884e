import { describe, expect, it } from '@jest/globals'
import { planCleanup } from '../../../core/images/ami-cleanup.ts'
import { evidenceOf, ours } from '../../support/ami-evidence.ts'

const options = { keep: 0, minAgeDays: 0, max: 50 }
const planned = (evidence: Parameters<typeof evidenceOf>[0], wanted: Partial<typeof options> = {}) => {
  const { remove, keep } = planCleanup(evidenceOf(evidence), { ...options, ...wanted })
  return {
    remove: remove.map(({ imageId, snapshots }) => imageId ?? snapshots.join()),
    keep: Object.fromEntries(keep.map(({ imageId, reason }) => [imageId, reason])),
  }
}
describe('an image that its build could not record', () => {
  const cutOff = (imageId: string, createdAt: string) =>
    ours(imageId, { createdAt, tags: { CreatedBy: 'ops', 'nanofleet:stage': 'dev' } })

  it('goes after a day, however many are kept of each service, and takes no place of theirs', () => {
    const images = [
      cutOff('ami-old', '2026-05-30T00:00:00.000Z'),
      cutOff('ami-day', '2026-05-31T00:00:00.000Z'),
      ours('ami-web'),
    ]
    expect(planned({ images }, { keep: 3 })).toEqual({
      remove: ['ami-old', 'ami-day'],
      keep: { 'ami-web': 'one of the 3 newest of web/page' },
    })
    const [removal] = planCleanup(evidenceOf({ images }), { ...options, keep: 3 }).remove
    expect(removal?.reason).toBe('its build was cut off before it was recorded')
  })

  it.each(['2026-05-31T00:00:01.000Z', ''])(
    'stays while its build may be about to record it: %j',
    (since) => {
      expect(planned({ images: [cutOff('ami-1', since)] })).toEqual({
        remove: [],
        keep: { 'ami-1': 'its build may be about to record it' },
      })
    },
  )
})
