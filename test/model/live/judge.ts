import type { Due, Mark } from './ledger.ts'
import { overlap, type Sample, type Span, within } from './samples.ts'

/** A time in which one server's DNS gave a wrong answer. */
export interface Lapse extends Span {
  kind: 'stale' | 'missing'
  server: string
  service: string
  address: string
  /** When its first query was sent. */
  first: number
  /** Milliseconds, without the time in which nobody could look. */
  length: number
}

export interface Verdict {
  /** How many answers were judged. */
  judged: number
  /** Answers of live servers while the process that asks or the one that acts stood still. */
  excluded: number
  /** Queries that a live server did not answer. */
  unanswered: number
  lapses: Lapse[]
}

/** What the judge relies on. */
export interface Case {
  samples: Sample[]
  /** By service and address. */
  marks: Map<string, Map<string, Mark[]>>
  /** Was the server alive the whole time in between? */
  alive: (server: string, from: number, to: number) => boolean
  stalls: Span[]
}

/** Compares every answer of a live server with what was due when the query was sent. */
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

/** Stale from the moment at which it must no longer be named, missing from the first answer without it. */
function lapsesOf(marks: Mark[], address: string, answers: Answer[]): Plain[] {
  const lapses: Plain[] = []
  let open: Plain | undefined
  let mark = -1
  let known = false
  for (const { asked, found } of answers) {
    while ((marks[mark + 1]?.at ?? Number.POSITIVE_INFINITY) <= asked) {
      mark++
      // An instance that is owed stays owed from one mark to the next.
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

/** The longest of one kind; 0 when there is none. */
export const longest = (lapses: Lapse[], kind: Lapse['kind']): number =>
  Math.max(0, ...lapses.filter((lapse) => lapse.kind === kind).map(({ length }) => length))
