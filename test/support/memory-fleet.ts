import { ServiceFailure } from '../../core/base/errors.ts'
import type { Fleet, GroupEvent, GroupView, Member } from '../../core/deploy/fleet.ts'

/**
 * What a member was launched from decides whether it is current; `content` represents a launch template's.
 */
interface MemoryGroup {
  desired: number
  max: number
  content: string
  refusal: string | undefined
  members: (Omit<Member, 'current'> & { content: string })[]
  standby: string[]
  targetGroups: string[]
  unlaunchable: string | undefined
  events: GroupEvent[]
}

/** Auto Scaling in memory: each instance advances one step between two looks. */
export class MemoryFleet implements Fleet {
  /** The last lines that instances wrote to their consoles. */
  readonly lines = new Map<string, string>()
  readonly #groups = new Map<string, MemoryGroup>()
  readonly #now: () => Date
  #count = 0

  constructor(now: () => Date = () => new Date()) {
    this.#now = now
  }

  async group(name: string): Promise<GroupView | undefined> {
    const group = this.#groups.get(name)
    if (!group) return undefined
    const { desired, max, targetGroups, content, unlaunchable } = group
    const members = group.members.map(({ id, stage, ...one }) => ({
      id,
      stage,
      current: one.content === content,
    }))
    this.#goOn(group)
    const view = { desired, max, members, standby: [...group.standby], targetGroups: [...targetGroups] }
    return unlaunchable === undefined ? view : { ...view, unlaunchable }
  }

  async troubles(name: string, since: Date): Promise<GroupEvent[]> {
    const events = this.#groups.get(name)?.events ?? []
    return events.filter(({ at }) => Date.parse(at) >= since.getTime()).map((event) => ({ ...event }))
  }

  async setDesired(name: string, desired: number): Promise<void> {
    const group = this.#known(name)
    if (desired > group.max)
      throw new ServiceFailure(
        `Auto Scaling does not give ${name} ${desired} instances: ${group.max} at most`,
      )
    group.desired = desired
  }

  async retire(instance: string): Promise<void> {
    for (const group of this.#groups.values())
      for (const member of group.members)
        if (member.id === instance && member.stage !== 'leaving') {
          member.stage = 'leaving'
          group.desired--
        }
  }

  async replace(instance: string): Promise<void> {
    for (const group of this.#groups.values())
      for (const member of group.members) if (member.id === instance) member.stage = 'leaving'
  }

  async end(instance: string): Promise<void> {
    for (const group of this.#groups.values()) group.standby = group.standby.filter((id) => id !== instance)
  }

  async lastLine(instance: string): Promise<string | undefined> {
    return this.lines.get(instance)
  }

  /** A person puts an instance into standby. */
  rest(instance: string): void {
    for (const group of this.#groups.values()) {
      if (!group.members.some(({ id }) => id === instance)) continue
      group.members = group.members.filter(({ id }) => id !== instance)
      group.standby.push(instance)
      group.desired--
    }
  }

  /** Adds a group as given. */
  stand(name: string, { desired, max, members, standby = [], targetGroups, unlaunchable }: GroupView): void {
    this.#groups.set(name, {
      desired,
      max,
      content: 'now',
      refusal: undefined,
      members: members.map(({ id, stage, current }) => ({ id, stage, content: current ? 'now' : 'before' })),
      standby: [...standby],
      targetGroups,
      unlaunchable,
      events: [],
    })
  }

  /** Something that went wrong in a group. */
  report(name: string, ...events: GroupEvent[]): void {
    this.#known(name).events.push(...events)
  }

  /** Makes the group launch this from now on. */
  change(name: string, content: string): void {
    this.#known(name).content = content
  }

  /** Makes every launch of the group fail from now on. */
  refuse(name: string, reason: string): void {
    this.#known(name).refusal = reason
  }

  /** Ends an instance behind its group's back. */
  kill(instance: string): void {
    for (const group of this.#groups.values()) {
      if (!group.members.some(({ id }) => id === instance)) continue
      group.members = group.members.filter(({ id }) => id !== instance)
      const reason = 'an instance was taken out of service in response to an EC2 health check.'
      group.events.push({ at: this.#now().toISOString(), kind: 'died', instance, reason })
    }
  }

  #goOn(group: MemoryGroup): void {
    const staying = group.members.filter(({ stage }) => stage !== 'leaving')
    for (const member of staying) member.stage = 'serving'
    for (const surplus of staying.slice(group.desired)) surplus.stage = 'leaving'
    group.members = [...staying, ...this.#launches(group, group.desired - staying.length)]
  }

  #launches(group: MemoryGroup, count: number): MemoryGroup['members'] {
    if (count <= 0) return []
    if (group.refusal !== undefined) {
      group.events.push({ at: this.#now().toISOString(), kind: 'launch-failed', reason: group.refusal })
      return []
    }
    return Array.from({ length: count }, () => {
      const id = `i-${(++this.#count).toString(16).padStart(17, '0')}`
      this.lines.set(id, 'here I am')
      return { id, stage: 'starting', content: group.content }
    })
  }

  #known(name: string): MemoryGroup {
    const group = this.#groups.get(name)
    if (!group) throw new ServiceFailure(`Auto Scaling knows no group ${name}`)
    return group
  }
}
