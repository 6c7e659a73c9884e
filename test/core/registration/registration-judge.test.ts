import { describe, expect, it } from '@jest/globals'
import { elections, untilWritten } from '../../model/live/elections.ts'
import { type Case, judge } from '../../model/live/judge.ts'
import { type Claim, Ledger, type Mark } from '../../model/live/ledger.ts'
import type { Sample } from '../../model/live/samples.ts'
import { faults, summarize } from '../../model/live/summary.ts'

const IT = '127.0.1.1'
const EVERY_MS = 20
const always = () => true

/** Answers each 20 ms up to `end`; `says` whether the instance is among them. */
const answers = (end: number, says: (at: number) => boolean, service = 's0'): Sample[] =>
  Array.from({ length: end / EVERY_MS }, (_, index) => index * EVERY_MS).map((asked) => ({
    ...{ server: '127.0.0.1', service, asked, answered: asked + 1 },
    found: says(asked) ? [IT] : [],
  }))
const marked = (marks: Mark[], service = 's0') => new Map([[service, new Map([[IT, marks]])]])
const judged = (marks: Mark[], says: (at: number) => boolean, more: Partial<Case> = {}) =>
  judge({ samples: answers(5000, says), marks: marked(marks), alive: always, stalls: [], ...more })
const lapses = (...args: Parameters<typeof judged>) =>
  judged(...args).lapses.map(({ kind, length }) => `${kind} ${length}`)

describe('the judge of what DNS says', () => {
  it('finds nothing where DNS says what is due', () => {
    const marks: Mark[] = [
      { at: 0, due: 'in' },
      { at: 2000, due: 'out' },
    ]
    expect(lapses(marks, (at) => at < 2000)).toEqual([])
  })

  it('counts from the moment since which an instance must not be named', () => {
    expect(lapses([{ at: 1000, due: 'out' }], (at) => at < 2500)).toEqual(['stale 1480'])
  })

  it('counts a gap in the answers that name a healthy instance', () => {
    expect(lapses([{ at: 0, due: 'in' }], (at) => at < 1000 || at >= 2500)).toEqual(['missing 1480'])
  })

  it('waits for the first answer that names an instance which is still on its way', () => {
    const coming: Mark[] = [{ at: 0, due: 'coming' }]
    expect(lapses(coming, (at) => at >= 3000)).toEqual([])
    expect(lapses(coming, (at) => at >= 1000 && (at < 1500 || at >= 3000))).toEqual(['missing 1480'])
  })

  it('says nothing about what nobody who could act knows', () => {
    expect(lapses([{ at: 0, due: 'free' }], (at) => at % 1000 < 500)).toEqual([])
  })

  it('asks nothing of a server that is dead', () => {
    const alive: Case['alive'] = (_server, from, to) => to < 1000 || from > 4000
    expect(lapses([{ at: 0, due: 'in' }], (at) => at < 1000 || at > 4000, { alive })).toEqual([])
    expect(judged([], always, { alive }).judged).toBeLessThan(2000 / EVERY_MS + 1)
  })

  it('leaves out, and counts, what was asked while a process of the test stood still', () => {
    const stalls = [{ from: 1000, to: 2000 }]
    const verdict = judged([{ at: 500, due: 'out' }], (at) => at < 2500, { stalls })
    expect(verdict.excluded).toBe(1000 / EVERY_MS + 1)
    expect(verdict.lapses.map(({ length }) => length)).toEqual([2480 - 500 - 1000])
  })
})

describe('an election', () => {
  const named = (...leaders: (string | null)[]) =>
    leaders.map((leader, index) => ({ server: `s${index % 2}`, at: index * 50, leader }))

  it('lasts from the first server that names no living leader to the last', () => {
    expect(elections(named('s0', 's0', '', 's0', 's0', 's0'), always)).toEqual([{ from: 100, to: 200 }])
  })

  it('begins with the death of the leader, whatever the others still say', () => {
    const alive = (server: string, at: number): boolean => server !== 's0' || at < 100
    expect(elections(named('s0', 's0', null, 's0', null, 's1', null), alive)).toEqual([
      { from: 100, to: 250 },
    ])
  })

  it('lasts until an entry of a plain client comes or goes again', () => {
    const bare = answers(1000, (at) => at >= 600, 'bare')
    expect(untilWritten([{ from: 100, to: 200 }], bare)).toEqual([{ from: 100, to: 600 }])
    expect(untilWritten([{ from: 700, to: 800 }], bare)).toEqual([{ from: 700, to: 800 }])
  })

  it('allows no more than what Consul alone has taken in it', () => {
    const stale = (milliseconds: number, service: string) => ({
      ...{ server: 's0', service, address: IT, kind: 'stale' as const },
      ...{ from: 0, first: 0, to: milliseconds, length: milliseconds },
    })
    const verdict = { judged: 1, excluded: 0, unanswered: 0 }
    const spans = [{ from: 0, to: 900 }]
    const late = (ours: number, bare: number, elected = spans) =>
      faults(summarize({ ...verdict, lapses: [stale(ours, 's0'), stale(bare, 'bare')] }, elected)).length
    expect([late(3000, 3000), late(3000, 1000), late(1800, 0), late(3000, 2600)]).toEqual([0, 1, 0, 0])
    expect(late(1100, 3000, [])).toBe(1)
  })
})

describe('the ledger of what DNS owes', () => {
  const claim = (should: Claim['should'], by?: Claim['by']): Claim => ({
    ...{ service: 's0', address: IT, instanceId: 'i-1', should, by },
  })
  const dues = (ledger: Ledger) =>
    ledger
      .marks()
      .get('s0')
      ?.get(IT)
      ?.map(({ due, at }) => `${due} ${at}`)

  it('owes an instance from the end of a function that began after it, or from its first answer', () => {
    const ledger = new Ledger()
    const earlier = ledger.begin(0)
    ledger.note(1, [claim('in')], true)
    ledger.end(2, earlier, new Set())
    const cover = ledger.begin(3, new Set(['i-1']))
    ledger.end(4, cover, new Set())
    expect(dues(ledger)).toEqual(['free 1', 'coming 3', 'in 4'])
  })

  it('owes nothing for an instance that the function could not finish', () => {
    const ledger = new Ledger()
    ledger.note(1, [claim('in')], true)
    ledger.end(3, ledger.begin(2), new Set(['i-1']))
    ledger.end(5, ledger.begin(4), new Set())
    expect(dues(ledger)).toEqual(['free 1', 'coming 2', 'in 5'])
  })

  it('takes an order to go from its event alone, and a state from any round', () => {
    const ledger = new Ledger()
    ledger.note(0, [claim('in')], true)
    ledger.end(1, ledger.begin(1), new Set())
    ledger.note(2, [claim('out', 'order')], true)
    ledger.begin(3)
    ledger.begin(4, new Set(['i-1']), new Set(['i-1']))
    expect(dues(ledger)).toEqual(['free 0', 'coming 1', 'in 1', 'free 2', 'out 4'])
  })

  it('takes back an order that the function gave back', () => {
    const ledger = new Ledger()
    ledger.note(0, [claim('out')], true)
    ledger.note(1, [claim('in')], true)
    ledger.note(2, [claim('out', 'order')], true)
    const [ids, orders] = [new Set(['i-1']), new Set(['i-1'])]
    ledger.end(4, ledger.begin(3, ids, orders), new Set(), new Set(['i-1']))
    ledger.end(6, ledger.begin(5, ids, orders), new Set())
    expect([dues(ledger)?.slice(-1), ledger.returned]).toEqual([['out 5'], 1])
  })

  it('owes the end of what a server brings back from the next function on', () => {
    const ledger = new Ledger()
    ledger.note(0, [claim('in')], true)
    ledger.note(2, [claim('out')], true)
    ledger.begin(3)
    ledger.broughtBack(4, 3.5, () => true)
    ledger.broughtBack(5, 1, () => false)
    ledger.broughtBack(6, 1, () => true)
    ledger.begin(7)
    expect(dues(ledger)?.slice(-3)).toEqual(['out 3', 'free 6', 'out 7'])
  })

  it('owes what nobody may touch only while every server lives', () => {
    const ledger = new Ledger()
    ledger.note(0, [claim('in')], true)
    ledger.end(1, ledger.begin(1), new Set())
    ledger.note(2, [claim('stay')], true)
    expect(dues(ledger)?.at(-1)).toBe('in 1')
    ledger.note(3, [claim('stay')], false)
    expect(dues(ledger)?.at(-1)).toBe('free 3')
  })
})
