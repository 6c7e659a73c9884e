import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { Fleet, GroupView, Member } from '../../core/deploy/fleet.ts'

/** A group of at most four instances, none yet, that nobody else touches. */
export interface FleetUnderTest {
  fleet: Fleet
  group: string
  /** Ends an instance behind the group's back. */
  kill(instance: string): Promise<void>
  /** Puts an instance into standby; the group's number becomes one less. */
  rest(instance: string): Promise<void>
  /** Makes the group launch from different content from now on; the same name means the same content. */
  change(content: 'first' | 'second'): Promise<void>
  /** Makes all launches of the group fail from now on. */
  refuse(): Promise<void>
  stop(): Promise<void>
}

const UNKNOWN = 'i-0123456789abcdef0'
const MAX = 4

/** What every implementation of `Fleet` does. */
export function fleetContract(name: string, start: () => Promise<FleetUnderTest>): void {
  describe(`the fleet ${name}`, () => {
    let under: FleetUnderTest
    let fleet: Fleet
    beforeAll(async () => {
      under = await start()
      fleet = under.fleet
    }, 150_000)
    afterAll(() => under?.stop(), 60_000)

    const view = async (): Promise<GroupView> => {
      const group = await fleet.group(under.group)
      if (!group) throw new Error(`${under.group} does not exist`)
      return group
    }
    const eventually = async (what: (group: GroupView) => boolean): Promise<GroupView> => {
      const deadline = Date.now() + 15_000
      while (Date.now() < deadline) {
        const group = await view()
        if (what(group)) return group
        await sleep(100)
      }
      throw new Error(`it did not happen within 15 s: ${JSON.stringify(await view())}`)
    }
    const serving =
      (count: number) =>
      ({ members }: GroupView): boolean =>
        members.length === count && members.every((member) => member.stage === 'serving')
    const scale = async (count: number): Promise<Member[]> => {
      await fleet.setDesired(under.group, count)
      return (await eventually(serving(count))).members
    }

    it('has no group that was never created', async () => {
      expect(await fleet.group(`${under.group}-never`)).toBeUndefined()
    })

    it('brings a group to the requested number, but not beyond its limits', async () => {
      expect(await view()).toEqual({ desired: 0, max: MAX, members: [], standby: [], targetGroups: [] })
      await fleet.setDesired(under.group, 2)
      expect((await view()).desired).toBe(2)
      const { members } = await eventually(serving(2))
      expect(members.map(({ current }) => current)).toEqual([true, true])
      await expect(fleet.setDesired(under.group, MAX + 1)).rejects.toThrow(ServiceFailure)
    }, 20_000)

    it('retires the named instance without replacing it, and treats a missing one as retired', async () => {
      const [named, other] = await scale(2)
      await fleet.retire(named?.id ?? '')
      expect((await view()).desired).toBe(1)
      expect((await eventually(serving(1))).members.map(({ id }) => id)).toEqual([other?.id])
      await fleet.retire(named?.id ?? '')
      await fleet.retire(UNKNOWN)
      expect((await view()).desired).toBe(1)
    }, 30_000)

    it('replaces a member without touching the number, and not one that is gone', async () => {
      const [sick, other] = await scale(2)
      await fleet.replace(sick?.id ?? '')
      await fleet.replace(UNKNOWN)
      expect((await view()).desired).toBe(2)
      const after = await eventually(
        (group) => serving(2)(group) && group.members.every(({ id }) => id !== sick?.id),
      )
      expect(after.members.map(({ id }) => id)).toContain(other?.id)
    }, 30_000)

    it('leaves an instance in standby out of the members, and ends it without touching the number', async () => {
      const [resting, other] = await scale(2)
      await under.rest(resting?.id ?? '')
      const rests = await eventually(({ standby = [] }) => standby.includes(resting?.id ?? ''))
      expect(rests.desired).toBe(1)
      expect(rests.members.map(({ id }) => id)).toEqual([other?.id])
      await fleet.end(resting?.id ?? '')
      await fleet.end(UNKNOWN)
      const after = await eventually(({ standby }) => standby?.length === 0)
      expect(after.desired).toBe(1)
    }, 30_000)

    it('reports which instances died and were replaced, but not those that were retired', async () => {
      const [dying] = await scale(1)
      const since = new Date(Date.now() - 1)
      expect(await fleet.troubles(under.group, since)).toEqual([])
      await under.kill(dying?.id ?? '')
      await eventually((group) => serving(1)(group) && group.members[0]?.id !== dying?.id)
      const events = await fleet.troubles(under.group, since)
      expect(events).toEqual([
        { at: expect.any(String), kind: 'died', instance: dying?.id, reason: expect.any(String) },
      ])
      expect(events[0]?.reason).toMatch(/health check/i)
      expect(await fleet.troubles(under.group, new Date(Date.now() + 60_000))).toEqual([])
    }, 30_000)

    it('knows which instances were launched from the current content', async () => {
      await scale(1)
      await under.change('second')
      expect((await view()).members[0]?.current).toBe(false)
      await scale(2)
      expect((await view()).members.map(({ current }) => current).sort()).toEqual([false, true])
      await under.change('first')
      expect((await view()).members.map(({ current }) => current).sort()).toEqual([false, true])
    }, 30_000)

    it('returns the last line of a console, if there is one', async () => {
      const [member] = await scale(1)
      const line = async () => fleet.lastLine(member?.id ?? '')
      for (let look = 0; look < 50 && (await line()) === undefined; look++) await sleep(100)
      expect(await line()).toBe('here I am')
      expect(await fleet.lastLine(UNKNOWN)).toBeUndefined()
    }, 30_000)

    it('says why a launch failed', async () => {
      await scale(1)
      const since = new Date(Date.now() - 1)
      await under.refuse()
      await fleet.setDesired(under.group, 2)
      for (let look = 0; look < 50 && (await fleet.troubles(under.group, since)).length === 0; look++) {
        await view()
        await sleep(100)
      }
      expect((await fleet.troubles(under.group, since))[0]).toEqual({
        at: expect.any(String),
        kind: 'launch-failed',
        reason: expect.stringMatching(/./),
      })
    }, 30_000)

    it('rejects requests for a group that does not exist', async () => {
      await expect(fleet.setDesired(`${under.group}-never`, 1)).rejects.toThrow(ServiceFailure)
    })
  })
}
