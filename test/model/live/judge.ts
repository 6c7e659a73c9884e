import type { Due, Mark } from './ledger.ts'
import { overlap, type Sample, type Span, within } from './samples.ts'

/** For how long DNS said at one server what it should not. */
export interface Lapse extends Span {
  kind: 'stale' | 'missing'
  server: string
  service: string
  address: string
  /** When the first of its answers was asked for. */
  first: number
  /** Milliseconds, without those in which nobody could look. */
  length: number
}

export interface Verdict {
  /** Answers that were judged. */
  judged: number
  /** Of living servers, while who asked or who acted stood still. */
  excluded: number
  /** Questions that a living server left open. */
  unanswered: number
  lapses: Lapse[]
}

/** What the judge goes by. */
export interface Case {
  samples: Sample[]
  /** By service and address. */
  marks: Map<string, Map<string, Mark[]>>
  /** Did the server live all the time between? */
  alive: (server: string, from: number, to: number) => boolean
  stalls: Span[]
}

/** Holds every answer of a living server against what was due when the question was put. */
export function judge({ samples, marks, alive, stalls }: Case): Verdict {
  const verdict: Verdict = { judged: 0, excluded: 0, unanswered: 0, lapses: [] }
  const usable = samples.filter(({ server, asked, answered, found }) => {
    if (!alive(server, asked, answered)) return false
    const stalled = stalls.some((span) => overlap(span, { from: asked, to: answered }))
    if (stalled) verdict.excluded++
    else if (found === null) verdict.unanswered++
    else verdict.judged++
    return !stalled && found !== null
  })
  const groups = Map.groupBy(usable, ({ server, service }) => `${server} ${service}`)
  for (const group of groups.values()) {
    const [{ server = '', service = '' } = {}] = group
    const answers = group
      .map(({ asked, found }) => ({ asked, found: new Set(found) }))
      .sort((a, b) => a.asked - b.asked)
    for (const [address, line] of marks.get(service) ?? [])
      for (const lapse of lapsesOf(line, address, answers)) {
        const length = lapse.to - lapse.from - within(stalls, lapse.from, lapse.to)
        verdict.lapses.push({ ...lapse, server, service, address, length })
      }
  }
  return verdict
}

type Answer = { asked: number; found: Set<string> }
type Plain = Pick<Lapse, 'kind' | 'from' | 'to' | 'first'>

/** Stale from the moment since which it must not be named, missing from the first answer without it. */
function lapsesOf(marks: Mark[], address: string, answers: Answer[]): Plain[] {
  const lapses: Plain[] = []
  let open: Plain | undefined
  let mark = -1
  let known = false
  for (const { asked, found } of answers) {
    while ((marks[mark + 1]?.at ?? Number.POSITIVE_INFINITY) <= asked) {
      mark++
      // Who is owed goes on to be owed from one mark to the next.
      if (marks[mark]?.due === 'free' || marks[mark]?.due === 'out') known = false
      if (open && !(owed(marks[mark]?.due) && open.kind === 'missing')) open = undefined
    }
    const due = marks[mark]?.due
    const named = found.has(address)
    known ||= named || due === 'in'
    const kind = due === 'out' && named ? 'stale' : owed(due) && known && !named ? 'missing' : undefined
    if (kind === undefined) open = undefined
    else if (open) open.to = asked
    else {
      open = { kind, from: kind === 'stale' ? (marks[mark]?.at ?? asked) : asked, to: asked, first: asked }
      lapses.push(open)
    }
  }
  return lapses
}

const owed = (due: Due | undefined): boolean => due === 'in' || due === 'coming'

/** The longest of a kind; 0 when there is none. */
export const longest = (lapses: Lapse[], kind: Lapse['kind']): number =>
  Math.max(0, ...lapses.filter((lapse) => lapse.kind === kind).map(({ length }) => length))
