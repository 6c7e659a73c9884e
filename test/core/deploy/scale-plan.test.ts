import { describe, expect, it } from '@jest/globals'
import { InvalidInput, NotFound } from '../../../core/base/errors.ts'
import { planScale } from '../../../core/deploy/scale-plan.ts'
import type { App } from '../../../core/template/parsed-app.ts'

const app = {
  bundle: {
    manifest: {
      app: 'shop',
      services: { web: { count: { desired: 2, min: 1, max: 5 }, strategy: 'surge', kind: 'service' } },
    },
  },
  definitions: { web: [] },
} as unknown as App
const plan = (count: number, overrides = {}) =>
  planScale({ app: 'shop', service: 'web', count }, app, overrides, 'run')

describe('planScale', () => {
  it('remembers what the manifest asked for when the number was set', () => {
    expect(plan(4)).toMatchObject({
      before: 2,
      override: { count: 4, manifestCount: 2 },
      target: { count: 4 },
    })
  })

  it('goes back to the number that was set by hand before', () => {
    expect(plan(4, { web: { count: 3, manifestCount: 2 } }).before).toBe(3)
  })

  it.each([1, 5])('allows %i within the limits of the manifest', (count) => {
    expect(plan(count).target.count).toBe(count)
  })

  it('allows none at all', () => {
    expect(plan(0).target.count).toBe(0)
  })

  it('refuses a number above the limit and says where it stands', () => {
    expect(() => plan(6)).toThrow(InvalidInput)
    expect(() => plan(6)).toThrow(
      /count 6 is not within 1 to 5; .* services\.web\.count of images\/shop\/app\.yml/,
    )
  })

  it('refuses an unknown service and names the known ones', () => {
    const scale = () => planScale({ app: 'shop', service: 'wep', count: 1 }, app, {}, 'run')
    expect(scale).toThrow(NotFound)
    expect(scale).toThrow('it has web')
  })
})
