import { describe, expect, it } from '@jest/globals'
import { nextStep, type Replacement } from '../../../core/deploy/capacity.ts'
import type { Member } from '../../../core/deploy/fleet.ts'

describe('the next step in one state of a group', () => {
  /**
   * `s`erving, sta`r`ting and `l`eaving members, in capitals of an older version, `x` and `X` serving and
   * ill.
   */
  const step = (
    letters: string,
    desired: number,
    target: { count: number; replacement?: Replacement },
    max = 9,
  ): string => {
    const stages = { s: 'serving', r: 'starting', l: 'leaving', x: 'serving' } as const
    const members = [...letters].map((letter, index): Member => {
      const small = letter.toLowerCase() as keyof typeof stages
      return { id: `i-${index + 1}`, stage: stages[small], current: letter === small }
    })
    const sick = members.filter((_member, index) => /[rx]/i.test(letters[index] ?? ''))
    const ill = new Map(sick.map(({ id }) => [id, 'is ill']))
    const group = { desired, max, members, targetGroups: [] }
    const next = nextStep(group, { replacement: 'surge', ...target }, ill)
    if (next.action === 'done') return 'done'
    const what = next.action === 'set' ? next.desired : next.action === 'retire' ? next.instances.join() : ''
    return `${next.action} ${what}: ${next.why}`.replace(' :', ':')
  }

  it.each<[string, number, { count: number; replacement?: Replacement }, string]>([
    ['', 0, { count: 2 }, 'set 2: 0 of 2 instances run'],
    ['s', 1, { count: 2 }, 'set 2: 1 of 2 instances run'],
    ['s', 2, { count: 2 }, 'wait: 1 of 2 instances launched'],
    ['sss', 2, { count: 2 }, 'wait: 1 more than wanted'],
    ['ssl', 2, { count: 2 }, 'wait: 1 draining'],
    ['sx', 2, { count: 2 }, 'wait: i-2: is ill'],
    ['ss', 2, { count: 2 }, 'done'],
    ['', 0, { count: 0 }, 'done'],
    ['sS', 2, { count: 0 }, 'set 0: 0 instances are wanted'],
    ['xx', 2, { count: 0 }, 'set 0: 0 instances are wanted'],
    ['sss', 3, { count: 2 }, 'set 2: 2 instances are wanted'],
    ['sxx', 3, { count: 2 }, 'retire i-2: it is not healthy'],
    ['sxxx', 4, { count: 2 }, 'retire i-2,i-3: it is not healthy'],
    ['ssx', 3, { count: 1 }, 'retire i-3: it is not healthy'],
    ['sss', 3, { count: 1, replacement: 'quorum' }, 'set 2: 1 instances are wanted'],
    ['sxx', 3, { count: 1, replacement: 'quorum' }, 'retire i-2: it is not healthy'],
    ['ssl', 3, { count: 1, replacement: 'quorum' }, 'wait: a server is still leaving'],
    ['sss', 2, { count: 1, replacement: 'quorum' }, 'wait: a server is still leaving'],
    ['sss', 3, { count: 0, replacement: 'quorum' }, 'set 0: 0 instances are wanted'],
    ['SS', 2, { count: 2 }, 'set 4: 2 new beside 2 old'],
    ['SSr', 4, { count: 2 }, 'wait: i-3: is ill'],
    ['SSs', 4, { count: 2 }, 'wait: 1 of 2 new instances launched'],
    ['SSss', 4, { count: 2 }, 'retire i-1,i-2: 2 new are healthy'],
    ['SXss', 4, { count: 2 }, 'retire i-2,i-1: 2 new are healthy'],
    ['S', 1, { count: 1, replacement: 'in-place' }, 'retire i-1: its state cannot be held by two'],
    ['L', 0, { count: 1, replacement: 'in-place' }, 'set 1: 0 of 1 instances run'],
    ['SL', 1, { count: 2, replacement: 'in-place' }, 'wait: 1 draining'],
    ['S', 1, { count: 2, replacement: 'in-place' }, 'set 2: the successor starts'],
    ['S', 2, { count: 2, replacement: 'in-place' }, 'wait: the successor launches'],
    ['Sr', 2, { count: 2, replacement: 'in-place' }, 'wait: i-2: is ill'],
    ['Ss', 2, { count: 2, replacement: 'in-place' }, 'retire i-1: its state cannot be held by two'],
    ['SSS', 3, { count: 3, replacement: 'quorum' }, 'set 4: one more before one goes'],
    ['SSSL', 4, { count: 3, replacement: 'quorum' }, 'wait: 1 draining'],
    ['SSS', 4, { count: 3, replacement: 'quorum' }, 'wait: the additional server launches'],
    ['SSSr', 4, { count: 3, replacement: 'quorum' }, 'wait: i-4: is ill'],
    ['SXSs', 4, { count: 3, replacement: 'quorum' }, 'retire i-2: its successor takes part'],
  ])('%s, %d desired, towards %j: %s', (letters, desired, target, expected) => {
    expect(step(letters, desired, target)).toBe(expected)
  })

  it('makes room first where the group is full', () => {
    expect(step('SS', 2, { count: 2 }, 2)).toBe(
      'retire i-1: the group is at its maximum, one has to go first',
    )
    expect(step('SS', 2, { count: 2 }, 3)).toBe('set 3: 1 new beside 2 old')
    expect(step('SSs', 3, { count: 2 }, 3)).toBe('retire i-1: 1 new are healthy')
  })
})
