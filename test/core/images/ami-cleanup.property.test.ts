import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { planCleanup } from '../../../core/images/ami-cleanup.ts'
import type { AccountImage } from '../../../core/images/ami-evidence.ts'
import { evidenceOf, ourSnapshot, ours } from '../../support/ami-evidence.ts'

const days = fc.integer({ min: 0, max: 27 }).map((day) => new Date(Date.UTC(2026, 4, day + 1)).toISOString())
const anyImage = fc.record({
  createdAt: fc.oneof(days, fc.constant('')),
  state: fc.constantFrom('available', 'pending', 'failed'),
  service: fc.constantFrom('page', 'api'),
  foreign: fc.boolean(),
  shared: fc.boolean(),
  used: fc.boolean(),
  snapshot: fc.integer({ min: 0, max: 3 }),
})
const account = fc.array(anyImage, { maxLength: 12 }).map((drawn) => {
  const images = drawn.map(
    ({ createdAt, state, service, foreign, shared, snapshot }, at): AccountImage =>
      ours(
        `ami-${at}`,
        {
          createdAt,
          state,
          sharedWith: shared ? ['everybody'] : [],
          snapshots: [`snap-${snapshot}`],
          ...(foreign ? { tags: {} } : {}),
        },
        service,
      ),
  )
  const references = drawn.flatMap(({ used }, at) =>
    used ? [{ id: `ami-${at}`, kind: 'fleet' as const, by: `instance i-${at} (running)` }] : [],
  )
  const snapshots = [0, 1, 2, 3].map((n) => ourSnapshot(`snap-${n}`))
  return evidenceOf({ images, references, snapshots })
})
const anyOptions = fc.record({
  keep: fc.integer({ min: 0, max: 4 }),
  minAgeDays: fc.integer({ min: 0, max: 20 }),
  max: fc.integer({ min: 1, max: 6 }),
})

describe('every clean-up plan', () => {
  it('removes no image that is used, shared or of others, and no more than asked for', () => {
    fc.assert(
      fc.property(account, anyOptions, (evidence, options) => {
        const { remove } = planCleanup(evidence, options)
        const used = new Set(evidence.references.map(({ id }) => id))
        expect(remove.length).toBeLessThanOrEqual(options.max)
        for (const { imageId } of remove) {
          const image = evidence.images.find((candidate) => candidate.imageId === imageId)
          if (!image) continue
          expect(used.has(image.imageId)).toBe(false)
          expect(image.sharedWith).toEqual([])
          expect(image.tags['nanofleet:stage']).toBe('dev')
          expect(image.state).not.toBe('pending')
        }
      }),
    )
  })

  it('leaves each service its newest images that work', () => {
    fc.assert(
      fc.property(account, anyOptions, (evidence, options) => {
        const gone = new Set(planCleanup(evidence, options).remove.map(({ imageId }) => imageId))
        const mine = evidence.images.filter(
          ({ tags, state }) => tags['nanofleet:stage'] === 'dev' && state === 'available',
        )
        for (const service of ['page', 'api']) {
          const own = mine.filter(({ tags }) => tags['nanofleet:service'] === service)
          const left = own.filter(({ imageId }) => !gone.has(imageId))
          expect(left.length).toBeGreaterThanOrEqual(Math.min(options.keep, own.length))
        }
      }),
    )
  })

  it('deletes no snapshot that an image left behind uses', () => {
    fc.assert(
      fc.property(account, anyOptions, (evidence, options) => {
        const { remove } = planCleanup(evidence, options)
        for (const { imageId, snapshots } of remove) {
          const others = evidence.images.filter((image) => image.imageId !== imageId)
          for (const snapshot of snapshots)
            expect(others.some((image) => image.snapshots.includes(snapshot))).toBe(false)
        }
      }),
    )
  })

  it('gives each of our images one fate and one reason', () => {
    fc.assert(
      fc.property(account, anyOptions, (evidence, options) => {
        const { remove, keep } = planCleanup(evidence, options)
        const mine = evidence.images.filter(({ tags }) => tags['nanofleet:stage'] === 'dev')
        const fates = [
          ...remove.flatMap(({ imageId }) => imageId ?? []),
          ...keep.map(({ imageId }) => imageId),
        ]
        expect(fates.toSorted()).toEqual(mine.map(({ imageId }) => imageId).toSorted())
        for (const { reason } of [...remove, ...keep]) expect(reason).not.toBe('')
      }),
    )
  })
})
