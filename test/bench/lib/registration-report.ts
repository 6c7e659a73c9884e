import { table } from '../../../local/table.ts'
import type { Counted } from './call-counts.ts'
import { type Distribution, distribution } from './percentiles.ts'
import { type Report, seconds } from './report.ts'
import type { Polled, Times } from './ways.ts'

/** How many times sooner than the poller, how many times the bare way at most, and writes when nothing changed. */
const TARGETS = { soonerP50: 40, soonerP99: 20, bareP50: 2, writes: 0 }
/** What was found at one size. */
export interface Found {
  size: number
  /** Milliseconds between two questions to DNS. */
  pause: number
  events: Times
  bare: Times
  polled: Polled
}

/** The ways side by side, and what of it is within its target. */
export function report(found: Found[], counted: Counted[]): Report {
  const verdicts = found.flatMap(verdictsOf)
  const idle = counted.filter(({ what }) => /again|nothing/.test(what))
  const writes = idle.reduce((sum, each) => sum + each.writes, 0)
  verdicts.push({ text: `${writes} writes when nothing changed`, within: writes <= TARGETS.writes })
  return {
    data: { found: found.map(figures), counted, verdicts, targets: TARGETS },
    text: [
      ...found.map(tables),
      table([
        ['calls of AWS, warm', 'calls', 'writes'],
        ...counted.map(({ what, calls, writes: made }) => [what, callText(calls), String(made)]),
        ...found.map(({ size, polled: { rounds } }) => {
          const full = rounds.filter(({ instances }) => instances === size)
          const last = full.at(-1)
          return [`round of the poller over ${size}`, String(last?.calls ?? '–'), String(last?.writes ?? '–')]
        }),
      ]),
      verdicts.map(({ text, within }) => `${within ? 'within' : 'over'}: ${text}`).join('\n'),
    ].join('\n\n'),
    withinTarget: verdicts.every(({ within }) => within),
  }
}

const figures = ({ size, pause, events, bare: direct, polled: slow }: Found) => ({
  size,
  pause,
  up: { events: distribution(events.up), polled: distribution(slow.up), bare: distribution(direct.up) },
  down: { events: distribution(events.down), bare: distribution(direct.down) },
  changesWithin: { up: Math.max(0, ...events.offsets.up), down: Math.max(0, ...events.offsets.down) },
  polled: { removed: slow.removed, gone: slow.gone, rounds: slow.rounds },
})

function tables(each: Found): string {
  const { up, down, pause, polled: slow } = figures(each)
  const line = (what: string, { samples, p50, p95, p99, max }: Distribution): string[] => [
    what,
    ...[p50, p95, p99, max].map((value) => (value < 10_000 ? `${value} ms` : seconds(value))),
    String(samples),
  ]
  const head = (what: string): string[] => [what, 'p50', 'p95', 'p99', 'max', 'samples']
  return table([
    head(`${each.size} at once, DNS asked every ${pause} ms: running → in DNS`),
    line('events (ours)', up.events),
    line('poller', up.polled),
    line('bare', up.bare),
    head('shutting-down → out of DNS'),
    line('events (ours)', down.events),
    slow.removed === 0
      ? ['poller', 'never', 'never', 'never', 'never', String(slow.gone)]
      : ['poller', `${slow.removed} of ${slow.gone} left`],
    line('bare', down.bare),
  ])
}

function verdictsOf(each: Found): { text: string; within: boolean }[] {
  const { up } = figures(each)
  const times = (one: number, other: number): number => one / Math.max(1, other)
  const sooner = (percentile: 'p50' | 'p99', target: number) => {
    const slow = up.polled[percentile]
    const [ours, most] = [times(slow, up.events[percentile]), times(slow, up.bare[percentile])]
    const text = `${percentile} ${ours.toFixed(0)} times sooner than the poller (${target}; the bare way ${most.toFixed(0)})`
    return { text: `${each.size} at once: ${text}`, within: ours >= target }
  }
  const limit = times(up.events.p50, up.bare.p50)
  const text = `${each.size} at once: p50 ${limit.toFixed(1)} times that of the bare way (${TARGETS.bareP50})`
  return [
    sooner('p50', TARGETS.soonerP50),
    sooner('p99', TARGETS.soonerP99),
    { text, within: limit <= TARGETS.bareP50 },
  ]
}

const callText = (calls: Record<string, number>): string => {
  const sum = Object.values(calls).reduce((all, each) => all + each, 0)
  return `${sum}: ${Object.entries(calls)
    .map(([service, count]) => `${service} ${count}`)
    .join(', ')}`
}
