import { describe, expect, it } from '@jest/globals'
import { pause } from '../../../core/base/pause.ts'
import type { GroupEvent, GroupView } from '../../../core/deploy/fleet.ts'
import {
  ailments,
  beginAnew,
  closePause,
  DEATHS,
  doomed,
  firstMemory,
  LONGEST_SECONDS,
  PATIENCE_SECONDS,
  remember,
} from '../../../core/deploy/health.ts'
import { attempts } from '../../../core/deploy/launch-failures.ts'

const start = new Date('2026-01-01T00:00:00Z')
const later = (seconds: number) => new Date(start.getTime() + seconds * 1000)
const died = (seconds: number, instance = 'i-1'): GroupEvent => ({
  at: later(seconds).toISOString(),
  kind: 'died',
  instance,
  reason: 'an instance was taken out of service in response to an EC2 health check',
})
const W = { why: 'w' }
const failed = (seconds: number, reason: string): GroupEvent => ({
  at: later(seconds).toISOString(),
  kind: 'launch-failed',
  reason,
})

describe('doomed', () => {
  const memory = firstMemory(start)

  it('gives a service time while nothing goes wrong', () => {
    expect(doomed(memory, [], { why: 'i-1: is starting' }, later(PATIENCE_SECONDS - 1))).toBeUndefined()
  })

  it('gives up when nothing got better for a long time, and says what it waited for', () => {
    const verdict = doomed(memory, [], { why: 'i-1: does not pass' }, later(PATIENCE_SECONDS + 1))
    expect(verdict?.reason).toBe(`no progress for ${PATIENCE_SECONDS} s: i-1: does not pass`)
  })

  it('is patient again after each further healthy instance', () => {
    const better = remember(memory, 1, later(PATIENCE_SECONDS - 1))
    expect(doomed(better, [], { why: 'i-2: is starting' }, later(PATIENCE_SECONDS + 1))).toBeUndefined()
  })

  it('has patience for as long as a network load balancer registers, then for five minutes more', () => {
    const registered = Array.from({ length: 30 }, (_, look) => (look + 1) * 10).reduce(
      (last, second) => remember(last, 0, later(second), true),
      memory,
    )
    expect(doomed(registered, [], { why: 'i-1: is initial' }, later(300 + PATIENCE_SECONDS))).toBeUndefined()
    expect(doomed(registered, [], W, later(301 + PATIENCE_SECONDS))?.reason).toBe('no progress for 300 s: w')
  })

  it('gives up on a load balancer that never registers', () => {
    const waiting = remember(memory, 0, later(LONGEST_SECONDS), true)
    expect(doomed(waiting, [], W, later(LONGEST_SECONDS))).toBeUndefined()
    expect(doomed(waiting, [], W, later(LONGEST_SECONDS + 1))?.reason).toBe('no progress for 1200 s: w')
  })

  it('sees a crash loop also while instances are being registered', () => {
    const registering = remember(memory, 0, later(60), true)
    const deaths = [died(10), died(30), died(50)]
    expect(doomed(registering, deaths, { why: '' }, later(61))).toMatchObject({ instance: 'i-1' })
  })

  it('begins anew with each step', () => {
    const anew = beginAnew(remember(memory, 3, later(1)), 3, later(1000))
    expect(anew).toEqual({ ...firstMemory(later(1000)), since: memory.since, best: 3 })
    expect(
      doomed(anew, [died(1), died(2), died(3)], { why: '' }, later(1000 + PATIENCE_SECONDS)),
    ).toBeUndefined()
  })

  it('recognises a crash loop and names the instance that died last', () => {
    const deaths = Array.from({ length: DEATHS }, (_, index) => died(index, `i-${index}`))
    expect(doomed(memory, deaths, { why: '' }, later(9))).toMatchObject({ instance: `i-${DEATHS - 1}` })
    expect(doomed(memory, deaths.slice(1), { why: '' }, later(9))).toBeUndefined()
  })

  it('names the instance that ended before it served, so that its last words are told', () => {
    const launches = [1, 2, 3].map((second) => ({
      ...failed(second, 'ended early'),
      instance: `i-${second}`,
    }))
    expect(doomed(memory, launches, { why: '' }, later(9))).toMatchObject({ instance: 'i-3' })
  })

  it('does not count the deaths from before the last progress', () => {
    const better = remember(memory, 1, later(10))
    expect(doomed(better, [died(1), died(2), died(3), died(11)], { why: '' }, later(12))).toBeUndefined()
  })

  it.each([
    'The image id [ami-1] does not exist. Launching EC2 instance failed. (InvalidAMIID.NotFound)',
    'You are not authorized to perform this operation (UnauthorizedOperation)',
    'You have requested more vCPU capacity than your current limit allows (VcpuLimitExceeded)',
  ])('gives up at once when a repetition is no use: %s', (reason) => {
    expect(doomed(memory, [failed(1, reason)], { why: '' }, later(2))?.reason).toContain(reason)
  })

  it('does not take the reason of a death for that of a launch', () => {
    const death = { ...died(1), reason: 'The image id [ami-1] does not exist. (InvalidAMIID.NotFound)' }
    expect(doomed(memory, [death], { why: '' }, later(2))).toBeUndefined()
  })

  it('counts an instance that ended early and a launch refused right after it as two attempts', () => {
    const early = { ...failed(0, 'ended early'), instance: 'i-1' }
    expect(attempts([early, failed(1, 'refused'), failed(2, 'refused')])).toHaveLength(2)
  })

  it('gives up after three launches that found no capacity', () => {
    const reason = 'We currently do not have sufficient t3.micro capacity'
    const failures = [1, 6, 11].map((second) => failed(second, reason))
    expect(doomed(memory, failures.slice(1), { why: '' }, later(12))).toBeUndefined()
    expect(doomed(memory, failures, { why: '' }, later(12))?.reason).toContain(reason)
  })

  it('takes launches that three zones refuse at the same time for one', () => {
    const reason = 'We currently do not have sufficient t3.micro capacity'
    const zones = [1, 1.4, 1.9, 6.5, 6.6, 7.1].map((second) => failed(second, reason))
    expect(doomed(memory, zones, { why: '' }, later(8))).toBeUndefined()
    expect(doomed(memory, [...zones, failed(12, reason)], { why: '' }, later(13))?.reason).toContain(
      '3 launches',
    )
  })
})

describe('the patience with a service', () => {
  it('ends after five minutes without progress, not before', () => {
    expect(doomed(firstMemory(start), [], W, later(300))).toBeUndefined()
    expect(doomed(firstMemory(start), [], W, later(300.001))?.reason).toBe('no progress for 300 s: w')
  })

  it('is over after three deaths, told as they were', () => {
    const deaths = [died(1), died(2), died(3, 'i-3')]
    expect(doomed(firstMemory(start), deaths, { why: '' }, later(4))).toEqual({
      reason: `3 instances ended by themselves, the last one was i-3: ${died(3).reason}`,
      instance: 'i-3',
    })
    expect(doomed(firstMemory(start), deaths.slice(1), { why: '' }, later(4))).toBeUndefined()
  })

  it('counts launches that failed only since the last progress', () => {
    const better = remember(firstMemory(start), 1, later(10))
    const failures = [1, 2, 11].map((second) => failed(second, 'no capacity'))
    expect(doomed(better, failures, { why: '' }, later(12))).toBeUndefined()
    expect(
      doomed(
        better,
        [...failures, failed(20, 'no capacity'), failed(30, 'still none')],
        { why: '' },
        later(31),
      ),
    ).toStrictEqual({
      reason: '3 launches failed, the last one: still none',
    })
  })
})

describe('the memory of a service', () => {
  it('keeps the best number and when it was reached, and counts the looks', () => {
    const first = firstMemory(start)
    expect(first).toEqual({ since: start.toISOString(), best: 0, bestAt: start.toISOString(), checks: 0 })
    const better = remember(first, 2, later(5))
    expect(better).toEqual({ ...first, best: 2, bestAt: later(5).toISOString(), checks: 1 })
    expect(remember(better, 1, later(9))).toEqual({ ...better, checks: 2 })
    expect(remember(better, 2, later(9))).toEqual({ ...better, checks: 2 })
    expect(remember(first, 0, later(9))).toStrictEqual({ ...first, checks: 1 })
    const patient = remember(first, 0, later(5), true)
    expect(patient).toEqual({ ...first, patientAt: later(5).toISOString(), checks: 1 })
    expect(remember(patient, 0, later(9))).toEqual({ ...patient, checks: 2 })
  })
})

describe('the pause between close looks', () => {
  it.each([
    [0, 0.15],
    [0.05, 0.15],
    [0.1, 0.2],
    [0.2, 0.4],
    [1, 0.5],
  ])('after a look of %d s is %d s', (look, pause) => {
    expect(closePause(look)).toBe(pause)
  })
})

describe('ailments', () => {
  const group: GroupView = {
    desired: 2,
    max: 9,
    targetGroups: [],
    members: [
      { id: 'i-1', stage: 'serving', current: true },
      { id: 'i-2', stage: 'starting', current: true },
    ],
  }
  const healthy = new Map([['i-1', { state: 'healthy', description: '' }]])

  it.each([
    ['is starting', 'i-2', {}],
    ['does not pass its Consul check as web', 'i-1', { catalog: { web: new Set(['i-9']) } }],
    [
      'does not pass its Consul check as b',
      'i-1',
      { catalog: { a: new Set(['i-1']), b: new Set<string>() } },
    ],
    ['is unknown at the load balancer', 'i-1', { targets: { tg: new Map() } }],
    [
      'is unhealthy at the load balancer (Health checks failed)',
      'i-1',
      { targets: { tg: new Map([['i-1', { state: 'unhealthy', description: 'Health checks failed' }]]) } },
    ],
    [
      'is unhealthy at the load balancer',
      'i-1',
      {
        targets: {
          a: new Map([['i-1', { state: 'initial', description: '' }]]),
          b: new Map([['i-1', { state: 'unhealthy', description: '' }]]),
        },
      },
    ],
    ['has no vote in the Consul cluster yet', 'i-1', { servers: new Set<string>() }],
  ])('says that an instance %s', (problem, id, evidence) => {
    expect(ailments(group, evidence).get(id)).toBe(problem)
  })

  it('finds nothing wrong with an instance that every source calls healthy', () => {
    const evidence = {
      catalog: { web: new Set(['i-1']) },
      targets: { tg: healthy },
      servers: new Set(['i-1']),
    }
    expect(ailments(group, evidence).has('i-1')).toBe(false)
  })
})

describe('pause', () => {
  it('looks again after one second at first and at most every ten seconds', () => {
    const pauses = Array.from({ length: 20 }, (_, checks) => pause(checks))
    expect(pauses[0]).toBe(1)
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses.at(-1)).toBe(10)
  })
})
