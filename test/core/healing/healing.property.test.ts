import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { judge } from '../../../core/healing/judge.ts'
import type { Member } from '../../../core/healing/members.ts'
import { backOff, type HealingRecord, remember, withReplaced } from '../../../core/healing/record.ts'
import { facts, groupOf, judged, member, sick } from './healing-samples.ts'

const SERVICES = ['web', 'cart', 'redis']
const fleet = fc
  .array(
    fc.record({
      service: fc.constantFrom(...SERVICES),
      owner: fc.integer({ min: 1, max: 3 }),
      /** In which rounds it fails. */
      fails: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      ageAtStart: fc.integer({ min: 0, max: 900 }),
    }),
    { minLength: 1, maxLength: 24 },
  )
  .chain((members) =>
    fc.record({
      members: fc.constant(members),
      doubts: fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      pauses: fc.array(fc.integer({ min: 5, max: 240 }), { minLength: 12, maxLength: 12 }),
      never: fc.subarray(SERVICES),
    }),
  )

type World = typeof fleet extends fc.Arbitrary<infer T> ? T : never

const START = Date.parse('2026-01-01T00:00:00Z')

interface Happening {
  at: number
  round: number
  gone: { instanceId: string; group: string }[]
  members: Member[]
  doubted: boolean
}

/** Plays twelve rounds; an instance that is replaced is well from then on, as a new one. */
function play({ members, doubts, pauses, never }: World): Happening[] {
  let record: HealingRecord | null = null
  let at = 0
  const replaced = new Set<string>()
  return pauses.map((pause, round) => {
    at += pause
    const now = new Date(START + at * 1000)
    const seen = members.map(({ service, owner, fails, ageAtStart }, index) => {
      const make = fails[round] && !replaced.has(`i-${index}`) ? sick : member
      const registered = START - ageAtStart * 1000
      return make(`i-${index}`, service, { owner: `10.0.0.${owner}`, registered })
    })
    const doubted = doubts[round] === true && round % 3 === 0
    const doubt = doubted ? { doubt: 'Consul has no leader' } : {}
    const next: HealingRecord = remember(record, seen, now)
    const groups = new Map(
      SERVICES.map((name) => [
        groupOf(name),
        facts(
          seen.filter(({ group }) => group === groupOf(name)),
          never.includes(name) ? { replaceAfter: 'never' } : {},
        ),
      ]),
    )
    const verdicts = judge(judged(seen, { now, record: next, groups, ...doubt }))
    const gone = verdicts.filter(({ verdict }) => verdict === 'replace')
    if (!doubted)
      record = withReplaced(
        next,
        gone.map(({ group }) => group),
        now,
      )
    for (const { instanceId } of gone) replaced.add(instanceId)
    return { at, round, gone, members: seen, doubted }
  })
}

const each = (claim: (happening: Happening, all: Happening[], world: World) => void) =>
  fc.assert(
    fc.property(fleet, (world) => {
      const all = play(world)
      for (const happening of all) claim(happening, all, world)
    }),
    { numRuns: 300 },
  )

describe('whatever fails, and whenever rounds look', () => {
  it('no round replaces more of a service than one or a fifth', () => {
    each(({ gone, members }) => {
      for (const name of SERVICES) {
        const size = members.filter(({ group }) => group === groupOf(name)).length
        const own = gone.filter(({ group }) => group === groupOf(name))
        expect(own.length).toBeLessThanOrEqual(Math.max(1, size / 5))
      }
    })
  })

  it('nothing is replaced in doubt, against its manifest, or while most of anything is sick', () => {
    each(({ gone, members, doubted }, _, { never }) => {
      if (doubted) expect(gone).toEqual([])
      for (const { group, instanceId } of gone) {
        expect(never.map(groupOf)).not.toContain(group)
        const own = members.find((one) => one.instanceId === instanceId) as Member
        for (const crowd of [
          members,
          members.filter((one) => one.group === group),
          members.filter((one) => one.owner === own.owner),
        ]) {
          const ill = crowd.filter(({ passing }) => !passing).length
          expect(crowd.length === 1 || ill <= crowd.length / 2).toBe(true)
        }
      }
    })
  })

  it('what is replaced was seen failing by every round of the last minute, two at least, and is not young', () => {
    each(({ gone, at, round }, all) => {
      for (const { instanceId } of gone) {
        const seen = all
          .slice(0, round + 1)
          .filter(({ doubted }) => !doubted)
          .map(({ members, at: then }) => ({
            fails: members.some((one) => one.instanceId === instanceId && one.failing.length > 0),
            then,
          }))
        const run = seen.slice(seen.findLastIndex(({ fails }) => !fails) + 1)
        expect(run.length).toBeGreaterThanOrEqual(2)
        expect(at - (run[0]?.then ?? at)).toBeGreaterThanOrEqual(50)
        const own = all[round]?.members.find((one) => one.instanceId === instanceId) as Member
        expect(START + at * 1000 - own.registered).toBeGreaterThanOrEqual(300_000)
      }
    })
  })

  it('a service waits longer after each replacement', () => {
    each((_, all) => {
      for (const name of SERVICES) {
        const times = all.flatMap(({ at, gone }) =>
          gone.some(({ group }) => group === groupOf(name)) ? [at] : [],
        )
        times.forEach((at, index) => {
          if (index > 0) expect(at - (times[index - 1] as number)).toBeGreaterThanOrEqual(backOff(index))
        })
      }
    })
  })

  it('and a lone sick instance in a calm fleet does go', () => {
    const world = {
      members: Array.from({ length: 4 }, (_, index) => ({
        service: 'web',
        owner: (index % 3) + 1,
        fails: Array(12).fill(index === 2) as boolean[],
        ageAtStart: 900,
      })),
      doubts: Array(12).fill(false) as boolean[],
      pauses: Array(12).fill(60) as number[],
      never: [],
    }
    expect(
      play(world).flatMap(({ gone, round }) => gone.map(({ instanceId }) => [instanceId, round])),
    ).toEqual([['i-2', 1]])
  })
})
