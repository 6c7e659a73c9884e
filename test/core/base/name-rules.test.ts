import { describe, expect, it } from '@jest/globals'
import { logicalStem, tooLongNames } from '../../../core/base/name-rules.ts'
import { rolePath } from '../../../core/base/names.ts'

describe('names', () => {
  it('become stems of logical ids', () => {
    expect(['a', 'order-history', 'x1-y2-z'].map(logicalStem)).toEqual(['A', 'OrderHistory', 'X1Y2Z'])
  })

  it('of roles say whether they are of the platform, which may do more', () => {
    expect(rolePath('dev', 'web')).toBe('/nanofleet/dev/apps/')
    expect(rolePath('dev', 'platform')).toBe('/nanofleet/dev/platform/')
  })

  it('are too long above the limits of AWS and DNS', () => {
    const kinds = (stage: string, app: string, service?: string) =>
      tooLongNames(stage, app, service).map(({ kind, limit }) => `${kind} ${limit}`)
    const stack = 'the CloudFormation stack 128'
    expect(kinds('dev', 'a'.repeat(114))).toEqual([])
    expect(kinds('dev', 'a'.repeat(115))).toEqual([stack])
    expect(kinds('dev', 'a', 's'.repeat(63))).toEqual([])
    expect(kinds('dev', 'a', 's'.repeat(64))).toEqual(['the DNS label 63'])
    // The name of an AMI ends with its hash and with the time of its build.
    const ami = 'the AMI 128'
    expect(kinds('dev', 'a'.repeat(86), 's')).toEqual([])
    expect(kinds('dev', 'a'.repeat(87), 's')).toEqual([ami])
    expect(kinds('dev', 'a'.repeat(112), 's')).toEqual([ami])
    expect(kinds('dev', 'a'.repeat(113), 's')).toEqual([stack, ami])
    const long = 'a'.repeat(900)
    const parameter = 'the SSM parameter 900'
    expect(kinds('dev', long, 's')).toEqual([stack, stack, parameter, parameter, ami])
    expect(kinds('d', 'a'.repeat(900 - '/nanofleet/d//s/consul'.length), 's')).toEqual([stack, stack, ami])
  })
})
