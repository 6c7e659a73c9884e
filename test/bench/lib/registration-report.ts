import { table } from '../../../local/table.ts'
import type { Counted } from './call-counts.ts'
import { type Distribution, distribution } from './percentiles.ts'
import { type Report, seconds } from './report.ts'
import type { Polled, Times } from './ways.ts'

/**
 * How many times faster than the poller, at most how many times the bare way, and the writes when nothing
 * changed.
 */
const TARGETS = {
  soonerP50: 40,
  soonerP99: 20,
  /** A single change; a burst; a burst so large that Consul alone is the limit. */
  bareP50: { single: 1.2, burst: 1.5, longBurst: 1.2 },
  writes: 0,
}
/** From this many instances at once a burst is a long one. */
const LONG_BURST = 500

/** The results at one size. */
export interface Found {
  size: number
  /** How many of them start and stop at once. */
  standing: number
  /** Milliseconds between two DNS queries. */
  pause: number
  /** All at once. */
  burst: { events: Times; bare: Times }
  /** One by one in a fleet of that size; empty if that is the same as the burst. */
  singles: { events: Times; bare: Times }
  polled: Polled
}

/** Compares the ways, and says which results are within target. */
export function report(found: Found[], counted: Counted[]): Report {
  const verdicts: Verdict[] = found.flatMap(verdictsOf)
  const idle = counted.filter(({ what }) => /again|nothing/.test(what))
  const writes = idle.reduce((sum, each) => sum + each.writes, 0)
  verdicts.push({ text: `${writes} writes when nothing changed`, within: writes <= TARGETS.writes })
  return {
    data: { found: found.map(figures), counted, verdicts, targets: TARGETS },
    text: [
      ...found.map(tables),
      table([
        ['calls to AWS, warm', 'calls', 'writes'],
        ...counted.map(({ what, calls, writes: made }) => [what, callText(calls), String(made)]),
        ...found.map(({ size, polled: { rounds } }) => {
          const full = rounds.filter(({ instances }) => instances >= size)
          const last = full.at(-1)
          return [`round of the poller over ${size}`, String(last?.calls ?? '–'), String(last?.writes ?? '–')]
        }),
      ]),
      verdicts
        .map(({ text, within }) => `${within === undefined ? 'told' : within ? 'within' : 'over'}: ${text}`)
        .join('\n'),
    ].join('\n\n'),
    withinTarget: verdicts.every(({ within }) => within !== false),
  }
}

interface Verdict {
  text: string
  /** Absent if there is no target. */
  within?: boolean
}

const figures = ({ size, standing, pause, burst, singles, polled }: Found) => ({
  size,
  standing,
  pause,
  burst: distributions(burst, polled.up),
  singles: singles.events.up.length > 0 ? distributions(singles, polled.singles) : undefined,
  changesWithin: {
    up: Math.max(0, ...burst.events.offsets.up),
    down: Math.max(0, ...burst.events.offsets.down),
  },
  polled: { removed: polled.removed, gone: polled.gone, rounds: polled.rounds },
})

interface Distributions {
  up: Record<'events' | 'polled' | 'bare', Distribution>
  down: Record<'events' | 'bare', Distribution>
}

const distributions = ({ events, bare }: Found['burst'], polled: number[]): Distributions => ({
  up: { events: distribution(events.up), polled: distribution(polled), bare: distribution(bare.up) },
  down: { events: distribution(events.down), bare: distribution(bare.down) },
})

/** The two kinds of changes, by name. */
function kinds(each: Found): { what: string; times: Distributions; isBurst: boolean }[] {
  const { burst, singles } = figures(each)
  const one = each.size === 1
  return [
    { what: one ? 'one at a time, a fleet of 1' : `${each.standing} at once`, times: burst, isBurst: !one },
    ...(singles ? [{ what: `one at a time, a fleet of ${each.size}`, times: singles, isBurst: false }] : []),
  ]
}

function tables(each: Found): string {
  const { pause, polled: slow } = figures(each)
  const line = (what: string, { samples, p50, p95, p99, max }: Distribution): string[] => [
    what,
    ...[p50, p95, p99, max].map((value) => (value < 10_000 ? `${value} ms` : seconds(value))),
    String(samples),
  ]
  const head = (what: string): string[] => [what, 'p50', 'p95', 'p99', 'max', 'samples']
  const never =
    slow.removed === 0
      ? ['poller', 'never', 'never', 'never', 'never', String(slow.gone)]
      : ['poller', `${slow.removed} of ${slow.gone} left`]
  return kinds(each)
    .map(({ what, times: { up, down } }) =>
      table([
        head(`${what}, DNS asked every ${pause} ms: running → in DNS`),
        line('events (ours)', up.events),
        line('poller', up.polled),
        line('bare', up.bare),
        head('shutting-down → out of DNS'),
        line('events (ours)', down.events),
        never,
        line('bare', down.bare),
      ]),
    )
    .join('\n\n')
}

/**
 * A burst is limited by Consul, even the bare way: there the comparison with the poller is shown but not
 * judged.
 */
function verdictsOf(each: Found): Verdict[] {
  return kinds(each).flatMap(({ what, times: { up }, isBurst }) => {
    const times = (one: number, other: number): number => one / Math.max(1, other)
    const sooner = (percentile: 'p50' | 'p99', target: number) => {
      const slow = up.polled[percentile]
      const [ours, most] = [times(slow, up.events[percentile]), times(slow, up.bare[percentile])]
      const aim = isBurst ? '' : `${target}; `
      const text = `${percentile} ${ours.toFixed(0)} times sooner than the poller (${aim}the bare way ${most.toFixed(0)})`
      return { text: `${what}: ${text}`, ...(isBurst ? {} : { within: ours >= target }) }
    }
    const limit = times(up.events.p50, up.bare.p50)
    const { single, burst, longBurst } = TARGETS.bareP50
    const most = !isBurst ? single : each.standing >= LONG_BURST ? longBurst : burst
    const text = `${what}: p50 ${limit.toFixed(2)} times that of the bare way (${most})`
    return [
      sooner('p50', TARGETS.soonerP50),
      sooner('p99', TARGETS.soonerP99),
      { text, within: limit <= most },
    ]
  })
}

const callText = (calls: Record<string, number>): string => {
  const sum = Object.values(calls).reduce((all, each) => all + each, 0)
  return `${sum}: ${Object.entries(calls)
    .map(([service, count]) => `${service} ${count}`)
    .join(', ')}`
}
