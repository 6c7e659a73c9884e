import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { childName, executionName } from '../../../core/base/execution-name.ts'

const name = fc.string({
  unit: fc.constantFrom('a', 'b', '-', '7'),
  minLength: 1,
  maxLength: 80,
  size: 'max',
})

describe('childName', () => {
  it('is the name of the parent with the suffix while that fits', () => {
    expect(childName('run-1', 'web')).toBe('run-1-web')
  })

  it('is cut from 81 characters on, with a digest of the whole behind it', () => {
    const parent = 'p'.repeat(76)
    expect(childName(parent, 'web')).toBe(`${parent}-web`)
    expect(childName(`${parent}p`, 'web')).toMatch(/^p{71}-[0-9a-f]{8}$/)
  })

  it('always fits, and differs where parent or suffix differ', () => {
    fc.assert(
      fc.property(name, name, name, (parent, one, other) => {
        expect(childName(parent, one).length).toBeLessThanOrEqual(80)
        if (one !== other) expect(childName(parent, one)).not.toBe(childName(parent, other))
      }),
    )
  })
})

describe('executionName', () => {
  it('stands at the end of the ARN', () => {
    expect(executionName('arn:aws:states:eu-west-1:123456789012:execution:nanofleet-dev-deploy:run-1')).toBe(
      'run-1',
    )
  })
})
