import { describe, expect, it } from '@jest/globals'
import { observe, statusMatches, unchecked } from '../../../local/gateway/health.ts'
import { group } from './rig.ts'

const check = { ...group('g').healthCheck, interval: 5, healthyThreshold: 3, unhealthyThreshold: 2 }
const passed = { passed: true } as const
const failed = { passed: false, reason: 'Target.Timeout', description: 'Request timed out' } as const

/** States after each outcome, checks one interval apart. */
function states(outcomes: string): string[] {
  let health = unchecked(0)
  return [...outcomes].map((outcome, index) => {
    health = observe(health, outcome === '+' ? passed : failed, check, (index + 1) * 5000)
    return health.state
  })
}

describe('The health of a target', () => {
  it.each([
    ['+', ['healthy']],
    ['-+', ['initial', 'healthy']],
    ['--', ['initial', 'unhealthy']],
    ['+-+-', ['healthy', 'healthy', 'healthy', 'healthy']],
    ['+--', ['healthy', 'healthy', 'unhealthy']],
    ['--++-++', ['initial', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy', 'unhealthy']],
    ['--+++', ['initial', 'unhealthy', 'unhealthy', 'unhealthy', 'healthy']],
  ])('after %s has been %j', (outcomes, expected) => {
    expect(states(outcomes)).toEqual(expected)
  })

  it('counts the frequent first checks of a new target once per interval', () => {
    let health = unchecked(0)
    for (let now = 500; now < 9_500; now += 500) health = observe(health, failed, check, now)
    expect(health.state).toBe('initial')
    expect(observe(health, failed, check, 10_000).state).toBe('unhealthy')
  })

  it('has the reason of the last failure, and none when healthy', () => {
    const unhealthy = { ...unchecked(0), state: 'unhealthy' as const }
    expect(observe(unhealthy, failed, check, 1)).toMatchObject({ reason: 'Target.Timeout' })
    expect(observe(unchecked(0), passed, check, 1)).toMatchObject({ reason: '', description: '' })
  })
})

describe('A matcher', () => {
  it.each([
    ['200', 200, true],
    ['200', 204, false],
    ['200,204', 204, true],
    ['200-299', 250, true],
    ['200-299', 300, false],
    ['200, 301-302', 302, true],
  ])('%s takes %i: %s', (matcher, status, expected) => {
    expect(statusMatches(matcher, status)).toBe(expected)
  })
})
