import { BARE } from './bare.ts'
import { type Lapse, longest, type Verdict } from './judge.ts'
import { overlap, type Span, within } from './samples.ts'

/** How long DNS may say what is true no more, or not say what is true; milliseconds. */
export const BOUND_MS = 1000
/** By how much ours may be longer than Consul's own while there is no leader: two of its entries differ by as much. */
export const TOLERANCE_MS = 500

/** What a run came to. */
export interface Summary {
  /** Lapses of ours outside of elections, longest first. */
  calm: Lapse[]
  elections: Election[]
}

export interface Election extends Span {
  ours: Lapse[]
  bare: Lapse[]
}

export function summarize({ lapses }: Verdict, elections: Span[]): Summary {
  const ours = lapses.filter(({ service }) => service !== BARE)
  const bare = lapses.filter(({ service }) => service === BARE)
  return {
    calm: ours.filter((lapse) => !elections.some((span) => overlap(span, lapse))).sort(byLength),
    elections: elections.map((span) => ({
      ...span,
      ours: ours.filter((lapse) => overlap(span, lapse)).sort(byLength),
      bare: bare.filter((lapse) => overlap(span, lapse)).sort(byLength),
    })),
  }
}

const byLength = (a: Lapse, b: Lapse): number => b.length - a.length

/**
 * Lapses that are longer than they may be. Of one that an election is part of, nobody could end what lay in that; the rest
 * counts as ever, unless Consul alone was as late: by as much, or until the same moment.
 */
export function faults({ calm, elections }: Summary): Lapse[] {
  const late = calm.filter(({ length }) => length > BOUND_MS)
  const spans = elections.map(({ from, to }) => ({ from, to }))
  const worse = elections.flatMap(({ ours, bare }) =>
    ours.filter(
      ({ kind, from, to, length }) =>
        length - within(spans, from, to) > BOUND_MS &&
        length > longest(bare, kind) + TOLERANCE_MS &&
        to > lastHeldUp(bare, kind) + TOLERANCE_MS,
    ),
  )
  return [...late, ...new Set(worse)]
}

/** When the last of these was over that took longer than it may. */
const lastHeldUp = (lapses: Lapse[], kind: Lapse['kind']): number =>
  Math.max(0, ...lapses.filter((lapse) => lapse.kind === kind && lapse.length > BOUND_MS).map(({ to }) => to))

const ms = (milliseconds: number): string => `${Math.round(milliseconds)} ms`

/** For the reader of the log. */
export function describeSummary({ calm, elections }: Summary, begin: number): string[] {
  const figures = (lapses: Lapse[]): string =>
    `stale ${ms(longest(lapses, 'stale'))}, missing ${ms(longest(lapses, 'missing'))}`
  return [
    `outside of elections at most: ${figures(calm)}`,
    ...elections.map(
      ({ from, to, ours, bare }) =>
        `election of ${ms(to - from)} after ${((from - begin) / 1000).toFixed(1)} s at most: ours ${figures(ours)}; bare ${figures(bare)}`,
    ),
  ]
}

/** Lapses as lines, with what happened shortly before the first of them. */
export function describeFaults(lapses: Lapse[], { diary, begin }: { diary: Diary; begin: number }): string[] {
  if (lapses.length === 0) return []
  const from = Math.min(...lapses.map((lapse) => lapse.first))
  const near = diary.filter(({ at }) => at > from - 4000 && at < from + 2000)
  return [
    ...lapses.map((lapse) => describeLapse(lapse, begin)),
    ...near.map(({ at, what }) => `${second(at - begin)} ${what}`),
  ]
}

type Diary = { at: number; what: string }[]

const describeLapse = (lapse: Lapse, begin: number): string =>
  `${lapse.service} at ${lapse.server}: ${lapse.address} was ${lapse.kind} for ${ms(lapse.length)} from ${second(lapse.from - begin)} (${second(lapse.first - begin)}) to ${second(lapse.to - begin)} s`

const second = (milliseconds: number): string => (milliseconds / 1000).toFixed(2)
