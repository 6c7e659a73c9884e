import { atOnce } from '../base/at-once.ts'
import { type Member, type Observation, shortName } from './members.ts'
import { backOff, type HealingRecord, secondsFrom } from './record.ts'

/** A group as Auto Scaling shows it now. */
export interface GroupFacts {
  /** Ids of the instances in service. */
  serving: string[]
  /** Instances that start or end. */
  moving: number
  /** What its manifest says, if it says something: seconds, or that nothing is ever replaced. */
  replaceAfter?: number | 'never'
  /** Someone told the group not to replace instances. */
  suspended: boolean
}

/**
 * What becomes of an instance that fails its check. `wait`: nothing yet; `leave`: nothing ever, by somebody's
 * wish; `hold`: it would be replaced, but something is wrong that a person should look at.
 */
export interface Verdict {
  instanceId: string
  group: string
  verdict: 'replace' | 'wait' | 'leave' | 'hold'
  /** Why, as half a sentence. */
  reason: string
  /** Whole seconds for which rounds have seen it fail. */
  seconds: number
  /** What the check said last. */
  output: string
}

export interface Judged {
  now: Date
  stage: string
  observation: Observation
  record: HealingRecord
  /** By name; a group that is missing could not be read. */
  groups: ReadonlyMap<string, GroupFacts>
  /** Seconds after its registration during which an instance is still starting. */
  startSeconds: number
}

/**
 * How many seconds before its time an instance is replaced: rounds are a minute apart, but not to the second,
 * and it had failed before the first of them saw it.
 */
const early = (limit: number): number => Math.min(10, limit / 6)

/** A verdict on every instance that fails its check, the longest failing first. */
export function judge(judged: Judged): Verdict[] {
  const { members } = judged.observation
  const failing = members.filter((member) => member.failing.length > 0)
  const order = failing.map((member) => ({ member, seconds: sickSeconds(member, judged) }))
  order.sort((a, b) => b.seconds - a.seconds || a.member.instanceId.localeCompare(b.member.instanceId))
  const taken = new Map<string, number>()
  return order.map(({ member, seconds }): Verdict => {
    const { instanceId, group, output } = member
    const [verdict, reason] =
      tooEarly(member, seconds, judged) ??
      doubtful(member, judged) ??
      tooFast(member, judged, taken.get(group) ?? 0)
    if (verdict === 'replace') taken.set(group, (taken.get(group) ?? 0) + 1)
    return { instanceId, group, verdict, reason, seconds: Math.floor(seconds), output }
  })
}

type Word = [verdict: Verdict['verdict'], reason: string]

const sickSeconds = ({ instanceId }: Member, { record, now }: Judged): number =>
  Math.max(0, secondsFrom(record.sick[instanceId]?.since ?? now.toISOString(), now))

/** Nothing is wrong yet, or nothing is wanted. */
function tooEarly(member: Member, seconds: number, judged: Judged): Word | undefined {
  const facts = judged.groups.get(member.group)
  const limit = facts?.replaceAfter ?? member.usual
  if (limit === 'never') return ['leave', 'its manifest says replaceAfter: never']
  if (seconds < limit - early(limit)) return ['wait', `it is replaced after ${limit} s`]
  if (isStarting(member, judged)) return ['wait', 'it is still starting']
  if (!facts) return ['hold', 'its group cannot be read']
  if (facts.suspended) return ['leave', 'its group was told not to replace instances']
  if (!facts.serving.includes(member.instanceId)) return ['wait', 'its group does not have it in service']
  return undefined
}

const isStarting = ({ registered }: Member, { now, startSeconds }: Judged): boolean =>
  now.getTime() - registered < startSeconds * 1000

/** When many are ill at once, the cause is rarely the instances, and replacing them makes it worse. */
function doubtful(member: Member, { observation, stage }: Judged): Word | undefined {
  const { members, doubt } = observation
  if (doubt !== undefined) return ['hold', doubt]
  const crowds: [name: string, crowd: Member[]][] = [
    [shortName(member.group, stage), members.filter(({ group }) => group === member.group)],
    [`the Consul server at ${member.owner}`, members.filter(({ owner }) => owner === member.owner)],
    ['the whole fleet', members],
  ]
  for (const [name, crowd] of crowds) {
    const ill = crowd.filter(({ passing }) => !passing).length
    // A single instance is no crowd: it has nothing to be compared with.
    if (crowd.length > 1 && ill * 2 > crowd.length)
      return ['hold', `more than half of ${name} is not well (${ill} of ${crowd.length})`]
  }
  return undefined
}

function tooFast(member: Member, judged: Judged, taken: number): Word {
  const { observation, record, groups, now, stage } = judged
  const { group, failing } = member
  const name = shortName(group, stage)
  const past = record.groups[group]
  if (past) {
    const left = Math.ceil(backOff(past.times) - secondsFrom(past.at, now))
    if (left > 0) return ['hold', `${name} backs off after ${times(past.times)}, ${left} s more`]
  }
  const all = observation.members.filter((other) => other.group === group)
  const cap = atOnce(all.length)
  const coming = all.filter((other) => !other.passing && isStarting(other, judged)).length
  // A group that could not be read has had its verdict.
  const { moving } = groups.get(group) as GroupFacts
  if (taken + coming + moving >= cap) return ['wait', `${name} replaces ${cap === 1 ? 'one' : cap} at a time`]
  return ['replace', `it does not pass as ${failing.join(', ')}`]
}

const times = (count: number): string => (count === 1 ? 'a replacement' : `${count} replacements in a row`)
