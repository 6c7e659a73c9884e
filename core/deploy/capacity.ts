import type { GroupView, Member } from './fleet.ts'

/**
 * How instances of an older launch template version are replaced: `surge` starts all new ones first,
 * `in-place` ends one before its successor starts (two would fight over one state), `quorum` adds one, then
 * removes one.
 */
export type Replacement = 'surge' | 'in-place' | 'quorum'

export interface Target {
  count: number
  replacement: Replacement
}

export type Step =
  | { action: 'done' }
  /** `instance`: the one that is waited for, if it is one. */
  | { action: 'wait'; why: string; instance?: string }
  | { action: 'set'; desired: number; why: string }
  | { action: 'retire'; instances: string[]; why: string }
  | { action: 'end'; instances: string[]; why: string }
  /** Terminated, and others started for them. */
  | { action: 'replace'; instances: string[]; why: string }

/**
 * The next step that brings a group closer to its target; asked again after each step until it says `done`.
 * It keeps no state, so the next caller (even a later execution) continues where the last one stopped.
 * @param ill what is wrong with each member that is not healthy, by instance id
 */
export function nextStep(group: GroupView, target: Target, ill: Map<string, string>): Step {
  const { standby = [] } = group
  // A group with one of them is never empty, and its stack could not be deleted.
  if (target.count === 0 && standby.length > 0)
    return { action: 'end', instances: standby, why: 'nothing of the service is to be left' }
  const staying = group.members.filter((member) => member.stage !== 'leaving')
  const old = staying.filter((member) => !member.current)
  if (target.count === 0 || old.length === 0) return settle(group, target, staying, ill)
  const current = staying.filter((member) => member.current)
  const situation = { group, target, old, current, ill, leaving: group.members.length - staying.length }
  return REPLACE[target.replacement](situation)
}

interface Situation {
  group: GroupView
  target: Target
  old: Member[]
  current: Member[]
  ill: Map<string, string>
  leaving: number
}

const REPLACE: Record<Replacement, (situation: Situation) => Step> = { surge, 'in-place': inPlace, quorum }

function settle(group: GroupView, target: Target, staying: Member[], ill: Map<string, string>): Step {
  const leaving = group.members.length - staying.length
  if (group.desired < target.count)
    return set(target.count, `${staying.length} of ${target.count} instances run`)
  if (group.desired > target.count) return shrink(group, target, staying, ill)
  if (staying.length < target.count) return wait(`${staying.length} of ${target.count} instances launched`)
  if (staying.length > target.count) return wait(`${staying.length - target.count} more than wanted`)
  const problem = firstProblem(staying, ill)
  if (problem) return problem
  return leaving > 0 ? wait(`${leaving} draining`) : { action: 'done' }
}

/**
 * The group chooses by zone and age and may take the only healthy instance, so the ill ones go first, by
 * name.
 */
function shrink(group: GroupView, target: Target, staying: Member[], ill: Map<string, string>): Step {
  // Raft loses its majority when several voters go at once.
  const oneByOne = target.replacement === 'quorum' && target.count > 0
  if (oneByOne && (staying.length < group.members.length || staying.length > group.desired))
    return wait('a server is still leaving')
  const sick = staying.filter(({ id }) => ill.has(id))
  const surplus = Math.min(staying.length - target.count, sick.length, oneByOne ? 1 : sick.length)
  if (target.count > 0 && surplus > 0) return retire(sick, surplus, ill, 'it is not healthy')
  return set(oneByOne ? group.desired - 1 : target.count, `${target.count} instances are wanted`)
}

function surge({ group, target, old, current, ill }: Situation): Step {
  const room = Math.max(0, group.max - old.length)
  const wanted = Math.min(target.count, room)
  if (wanted === 0) return retire(old, 1, ill, 'the group is at its maximum, one has to go first')
  if (group.desired < old.length + wanted)
    return set(old.length + wanted, `${wanted} new beside ${old.length} old`)
  const good = current.filter((member) => !ill.has(member.id)).length
  if (good < wanted)
    return firstProblem(current, ill) ?? wait(`${current.length} of ${wanted} new instances launched`)
  return retire(old, Math.max(1, old.length + good - target.count), ill, `${good} new are healthy`)
}

function inPlace({ group, target, old, current, ill, leaving }: Situation): Step {
  if (leaving > 0) return wait(`${leaving} draining`)
  if (group.desired < target.count) return set(target.count, 'the successor starts')
  if (old.length + current.length < group.desired) return wait('the successor launches')
  const problem = firstProblem(current, ill)
  return problem ?? retire(old, 1, ill, 'its state cannot be held by two')
}

function quorum({ group, target, old, current, ill, leaving }: Situation): Step {
  if (leaving > 0) return wait(`${leaving} draining`)
  if (group.desired <= target.count) return set(target.count + 1, 'one more before one goes')
  if (old.length + current.length < group.desired) return wait('the additional server launches')
  const problem = firstProblem(current, ill)
  return problem ?? retire(old, 1, ill, 'its successor takes part')
}

/** The ill ones first: they serve nobody. */
function retire(members: Member[], count: number, ill: Map<string, string>, why: string): Step {
  const order = [...members].sort((a, b) => Number(ill.has(b.id)) - Number(ill.has(a.id)))
  return { action: 'retire', instances: order.slice(0, count).map((member) => member.id), why }
}

function firstProblem(members: Member[], ill: Map<string, string>): Step | undefined {
  const member = members.find(({ id }) => ill.has(id))
  return member && { ...wait(`${member.id}: ${ill.get(member.id)}`), instance: member.id }
}

const set = (desired: number, why: string): Step => ({ action: 'set', desired, why })
const wait = (why: string) => ({ action: 'wait' as const, why })
