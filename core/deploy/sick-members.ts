import { atOnce } from '../base/at-once.ts'
import type { Step } from './capacity.ts'
import type { GroupView, Member } from './fleet.ts'
import type { Evidence, Memory } from './health.ts'

/**
 * Seconds for which a member must have had its entry at the first look: before, it is only starting, perhaps
 * for a run before this one.
 */
const SETTLED_SECONDS = 60
/** Seconds for which a run sees a member fail before it replaces it: no short stall is answered with that. */
const FAILING_SECONDS = 20

/** The members that were sick before this run began, at its first look. */
export function sickAtFirst({ members }: GroupView, { failing }: Evidence, now: Date): string[] {
  return members
    .filter(({ stage, current }) => stage === 'serving' && current)
    .map(({ id }) => id)
    .filter((id) => {
      const registered = failing?.get(id)?.registered ?? Number.POSITIVE_INFINITY
      return now.getTime() - registered >= SETTLED_SECONDS * 1000
    })
}

/** The memory without those that a look no longer shows as failing. */
export function stillSick({ sick, ...memory }: Memory, { failing }: Evidence): Memory {
  const left = (sick ?? []).filter((id) => failing?.has(id))
  return left.length > 0 ? { ...memory, sick: left } : memory
}

/**
 * Replaces what was sick before the run began, where the run would only wait for it: the same version is
 * wanted, so nothing else would. Undefined while there is nothing to replace, or while the last one is on its
 * way. A successor that is sick as well shows that replacing does not help.
 */
export function replaceSick(
  group: GroupView,
  ill: Map<string, string>,
  memory: Memory,
  now: Date,
): Step | undefined {
  if (now.getTime() - Date.parse(memory.since) < FAILING_SECONDS * 1000) return undefined
  const isSick = ({ id, stage }: Member) => stage === 'serving' && memory.sick?.includes(id) === true
  const present = group.members.filter(isSick).map(({ id }) => id)
  const others = group.members.filter((member) => !isSick(member))
  const settled = others.every(({ id, stage }) => stage === 'serving' && !ill.has(id))
  if (present.length === 0 || !settled || group.members.length < group.desired) return undefined
  const instances = present.slice(0, atOnce(group.members.length))
  const [first] = instances as [string]
  return { action: 'replace', instances, why: `${first}: ${ill.get(first)}` }
}
