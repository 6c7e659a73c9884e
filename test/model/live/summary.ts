import { BARE } from './bare.ts'
import { type Lapse, longest, type Verdict } from './judge.ts'
import { overlap, type Span, within } from './samples.ts'

/** How long DNS may return what is no longer true, or not return what is true; milliseconds. */
export const BOUND_MS = 1000
/**
 * How much longer ours may be than Consul's own while there is no leader: two of its entries differ by as
 * much.
 */
export const TOLERANCE_MS = 500

/** The results of a run. */
export interface Summary {
  /** Our lapses outside elections, longest first. */
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
 * Lapses that are too long. If an election falls into one, nobody could end that part; the rest counts as
 * usual, unless Consul alone was just as late: by as much, or until the same moment.
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

/** When the last of these that took too long was over. */
const lastHeldUp = (lapses: Lapse[], kind: Lapse['kind']): number =>
  Math.max(0, ...lapses.filter((lapse) => lapse.kind === kind && lapse.length > BOUND_MS).map(({ to }) => to))

const ms = (milliseconds: number): string => `${Math.round(milliseconds)} ms`

/** For people who read the log. */
export function describeSummary({ calm, elections }: Summary, begin: number): string[] {
  const figures = (lapses: Lapse[]): string =>
    `stale ${ms(longest(lapses, 'stale'))}, missing ${ms(longest(lapses, 'missing'))}`
  return [
    `longest outside elections: ${figures(calm)}`,
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
