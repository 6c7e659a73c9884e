import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { nextStep, type Replacement, type Step } from '../../../core/deploy/capacity.ts'
import type { GroupView, Member } from '../../../core/deploy/fleet.ts'

interface SimulatedMember extends Member {
  /** Ticks until it serves, or until it is gone. */
  left: number
  sick: boolean
}

/** An Auto Scaling group that launches, drains and terminates, one tick at a time. */
class SimulatedGroup {
  desired: number
  readonly max: number
  members: SimulatedMember[] = []
  #number = 0

  constructor(desired: number, max: number, old: number, current: number) {
    this.desired = desired
    this.max = max
    for (let i = 0; i < old; i++) this.#launch(false)
    for (let i = 0; i < current; i++) this.#launch(true)
    for (const member of this.members) this.#serve(member)
  }

  view(): GroupView {
    const members = this.members.map(({ id, stage, current }) => ({ id, stage, current }))
    return { desired: this.desired, max: this.max, members, targetGroups: [] }
  }

  ill(): Map<string, string> {
    return new Map(
      this.members.filter(({ stage }) => stage !== 'serving').map(({ id }) => [id, 'is starting']),
    )
  }

  perform(step: Step): void {
    if (step.action === 'set') {
      if (step.desired > this.max) throw new Error(`desired ${step.desired} above the maximum ${this.max}`)
      this.desired = step.desired
    }
    if (step.action !== 'retire') return
    for (const id of step.instances) {
      const member = this.members.find((each) => each.id === id)
      if (!member || member.stage === 'leaving') throw new Error(`${id} cannot be retired`)
      if (this.desired === 0) throw new Error('desired below zero')
      this.#leave(member)
      this.desired--
    }
  }

  tick(): void {
    for (const member of this.members) member.left = Math.max(0, member.left - 1)
    this.members = this.members.filter(({ stage, left }) => stage !== 'leaving' || left > 0)
    for (const member of this.members)
      if (member.stage === 'starting' && member.left === 0) this.#serve(member)
    const staying = this.members.filter(({ stage }) => stage !== 'leaving')
    for (let missing = this.desired - staying.length; missing > 0; missing--) this.#launch(true)
    for (const victim of staying.slice(0, Math.max(0, staying.length - this.desired))) this.#leave(victim)
  }

  serving(): number {
    return this.members.filter(({ stage }) => stage === 'serving').length
  }

  #launch(current: boolean): void {
    this.members.push({ id: `i-${++this.#number}`, stage: 'starting', current, left: 2, sick: false })
  }

  #serve(member: SimulatedMember): void {
    member.stage = 'serving'
  }

  #leave(member: SimulatedMember): void {
    member.stage = 'leaving'
    member.left = 2
  }
}

interface Run {
  steps: Step[]
  lowest: number
  highest: number
  mostLeaving: number
}

function bring(group: SimulatedGroup, count: number, replacement: Replacement): Run {
  const run: Run = { steps: [], lowest: group.serving(), highest: 0, mostLeaving: 0 }
  for (let round = 0; round < 500; round++) {
    const step = nextStep(group.view(), { count, replacement }, group.ill())
    run.steps.push(step)
    if (step.action === 'done') return run
    group.perform(step)
    if (step.action === 'wait') group.tick()
    run.lowest = Math.min(run.lowest, group.serving())
    run.highest = Math.max(run.highest, group.members.filter(({ stage }) => stage !== 'leaving').length)
    run.mostLeaving = Math.max(
      run.mostLeaving,
      group.members.filter(({ stage }) => stage === 'leaving').length,
    )
  }
  throw new Error(`no end: ${JSON.stringify(run.steps.slice(-5))}`)
}

const replacement = fc.constantFrom<Replacement>('surge', 'in-place', 'quorum')
const small = fc.integer({ min: 0, max: 6 })

describe('nextStep', () => {
  it('reaches the wanted number of current instances from any state, and then does nothing', () => {
    fc.assert(
      fc.property(replacement, small, small, small, small, (how, count, old, current, lag) => {
        const group = new SimulatedGroup(Math.min(20, old + current + lag), 20, old, current)
        bring(group, count, how)
        expect(group.members).toHaveLength(count)
        expect(group.members.every((member) => member.current)).toBe(true)
        expect(nextStep(group.view(), { count, replacement: how }, group.ill())).toEqual({ action: 'done' })
      }),
    )
  })

  it('never serves with fewer than before while it replaces by surge', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), (count) => {
        expect(bring(new SimulatedGroup(count, 20, count, 0), count, 'surge').lowest).toBe(count)
      }),
    )
  })

  it('gets through a surge also where the group has no room for all new ones beside all old ones', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), small, (count, room) => {
        const group = new SimulatedGroup(count, count + room, count, 0)
        const run = bring(group, count, 'surge')
        expect(run.highest).toBeLessThanOrEqual(count + room)
        expect(run.lowest).toBeGreaterThanOrEqual(room > 0 ? count : count - 1)
      }),
    )
  })

  it('never runs two of a stateful service in the place of one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), (count) => {
        const run = bring(new SimulatedGroup(count, 20, count, 0), count, 'in-place')
        expect(run.highest).toBeLessThanOrEqual(count)
        expect(run.mostLeaving).toBe(1)
      }),
    )
  })

  it('takes one Consul server away at a time, and only beside one more than needed', () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 5), (count) => {
        const run = bring(new SimulatedGroup(count, 20, count, 0), count, 'quorum')
        expect(run.lowest).toBeGreaterThanOrEqual(count)
        expect(run.highest).toBe(count + 1)
        expect(run.mostLeaving).toBe(1)
      }),
    )
  })

  it('shrinks a cluster server by server', () => {
    expect(bring(new SimulatedGroup(5, 20, 0, 5), 1, 'quorum').mostLeaving).toBe(1)
  })

  it('takes the ill ones away by name when there are too many, so that the group does not choose a healthy one', () => {
    const members: Member[] = [
      { id: 'i-healthy', stage: 'serving', current: true },
      { id: 'i-starting', stage: 'starting', current: true },
    ]
    const ill = new Map([['i-starting', 'is starting']])
    const step = nextStep(
      { desired: 2, max: 9, members, targetGroups: [] },
      { count: 1, replacement: 'surge' },
      ill,
    )
    expect(step).toMatchObject({ action: 'retire', instances: ['i-starting'] })
  })

  it('leaves healthy instances of the current version alone', () => {
    const run = bring(new SimulatedGroup(2, 20, 0, 2), 2, 'surge')
    expect(run.steps).toEqual([{ action: 'done' }])
  })

  it('retires the ill old ones first', () => {
    const members: Member[] = [
      { id: 'i-old', stage: 'serving', current: false },
      { id: 'i-ill', stage: 'serving', current: false },
      { id: 'i-new', stage: 'serving', current: true },
    ]
    const group = { desired: 4, max: 4, members, targetGroups: [] }
    const step = nextStep(group, { count: 2, replacement: 'surge' }, new Map([['i-ill', 'fails']]))
    expect(step).toMatchObject({ action: 'wait' })
    const next = nextStep(
      { ...group, desired: 3, max: 3 },
      { count: 2, replacement: 'surge' },
      new Map([['i-ill', 'fails']]),
    )
    expect(next).toMatchObject({ action: 'retire', instances: ['i-ill'] })
  })

  it('waits for an instance that is not healthy and says what is wrong with it', () => {
    const members: Member[] = [{ id: 'i-1', stage: 'serving', current: true }]
    const group = { desired: 1, max: 9, members, targetGroups: [] }
    const step = nextStep(group, { count: 1, replacement: 'surge' }, new Map([['i-1', 'does not pass']]))
    expect(step).toEqual({ action: 'wait', why: 'i-1: does not pass', instance: 'i-1' })
  })
})
