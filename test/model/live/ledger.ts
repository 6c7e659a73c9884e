/** The most seconds between two runs of a check: long enough that registration has to do its part itself. */
export const INTERVAL_SECONDS = 5

/**
 * What DNS owes to a name and an address: `out`, it must not return it; `in`, it must; `coming`, it must once
 * it has done so the first time; `free`, nothing is due yet.
 */
export type Due = 'in' | 'coming' | 'out' | 'free'

export interface Mark {
  at: number
  due: Due
}

/**
 * What is true about an instance under a name. `by`: only the order to go reveals it, as EC2 does not, or
 * only a round over the fleet, as nobody acts on events of instances that are not in the fleet.
 */
export interface Claim {
  service: string
  address: string
  instanceId: string
  should: 'in' | 'out' | 'stay'
  by?: 'order' | 'round' | undefined
}

interface Line extends Claim {
  marks: Mark[]
  /** Nobody that could act on it knows about it yet. */
  pending: boolean
  /** How often the truth about it has changed. */
  turns: number
}

/** A running function, and what it has to bring into DNS or, when told to, out of it. */
export interface Cover {
  lines: { line: Line; turns: number }[]
  ordered: { line: Line; mark: Mark }[]
}

/**
 * Since when DNS owes what. What is true is due from the moment at which a function starts that could know
 * it: `register` with an event about the instance, or `reconcile`, which looks at everything. An instance
 * that must be found is owed in full from the first answer that names it, a new one once that function is
 * done.
 */
export class Ledger {
  /** Repeated orders to go, by name. */
  returned = 0
  readonly #lines = new Map<string, Line>()

  /** @param settled whether every server is alive, so that what nobody may touch stays in DNS */
  note(at: number, claims: Claim[], settled: boolean): void {
    for (const claim of claims) {
      const key = `${claim.service} ${claim.address}`
      const line = this.#lines.get(key)
      if (!line) this.#lines.set(key, { ...claim, ...opened(at, claim), turns: 0 })
      else if (claim.should === 'stay') stay(line, at, settled)
      else if (line.should !== claim.should) turn(line, at, claim)
      else if (line.by === 'order') line.by = claim.by
    }
  }

  /**
   * A function starts.
   * @param ids the instances that it looks at; all by default
   * @param orders the instances that it is told to take out
   */
  begin(at: number, ids?: Set<string>, orders: Set<string> = new Set()): Cover {
    const cover: Cover = { lines: [], ordered: [] }
    for (const line of this.#lines.values()) {
      if (ids && !ids.has(line.instanceId)) continue
      if (line.should === 'in' && line.marks.at(-1)?.due !== 'in')
        cover.lines.push({ line, turns: line.turns })
      if (!line.pending || (line.by === 'order' && !orders.has(line.instanceId))) continue
      if (line.by === 'round' && ids) continue
      line.pending = false
      const mark = put(
        line,
        line.should === 'out' ? { at, due: 'out' } : { at: at + patience(line), due: 'coming' },
      )
      if (line.by === 'order') cover.ordered.push({ line, mark })
    }
    return cover
  }

  /**
   * The function is done.
   * @param unfinished the instances that it could not finish
   * @param returned the instances whose order to go it returned, because their server does not answer: it
   * comes again, and
   *   until then the group waits and they continue
   */
  end(
    at: number,
    { lines, ordered }: Cover,
    unfinished: Set<string>,
    returned: Set<string> = new Set(),
  ): void {
    for (const { line, mark } of ordered) {
      if (!returned.has(line.instanceId) || line.marks.at(-1) !== mark) continue
      line.marks.pop()
      line.pending = true
      this.returned++
    }
    // An agent keeps the state of a check that it already has: only a new instance is in DNS at once.
    for (const { line, turns } of lines)
      if (
        turns === 0 &&
        line.turns === 0 &&
        line.marks.at(-1)?.due === 'coming' &&
        !unfinished.has(line.instanceId)
      )
        put(line, { at, due: 'in' })
  }

  /**
   * A server comes back with what it had when it died. Names that its instances have lost since then may be
   * found again until a function looks next; those of instances that are not running, until it has run their
   * checks.
   * @param since when it died
   */
  broughtBack(at: number, since: number, isTheirs: (instanceId: string) => boolean): void {
    for (const line of this.#lines.values()) {
      const last = line.marks.at(-1)
      if (last?.due !== 'out' || last.at < since || !isTheirs(line.instanceId)) continue
      put(line, { at, due: 'free' })
      line.pending = true
      line.by = undefined
    }
  }

  /** The check of a missing instance has run in the meantime. */
  failed(at: number, instanceId: string): void {
    for (const line of this.#lines.values()) {
      if (line.instanceId !== instanceId || !line.pending || line.should !== 'out') continue
      line.pending = false
      put(line, { at, due: 'out' })
    }
  }

  /** The marks by service and address, by time. */
  marks(): Map<string, Map<string, Mark[]>> {
    const all = new Map<string, Map<string, Mark[]>>()
    for (const { service, address, marks } of this.#lines.values())
      all.set(service, (all.get(service) ?? new Map<string, Mark[]>()).set(address, marks))
    return all
  }

  /** The marks of a line, for a reader. */
  story(service: string, address: string, begin: number): string {
    const line = this.#lines.get(`${service} ${address}`)
    const marks = line?.marks.map(({ at, due }) => `${due} ${((at - begin) / 1000).toFixed(2)}`) ?? []
    return `${line?.instanceId ?? 'nobody'}: ${marks.join(', ')}`
  }

  /** How long DNS has owed every service of an instance; 0 when it does not. */
  owedFor(instanceId: string, at: number): number {
    const lines = [...this.#lines.values()].filter(
      (line) => line.instanceId === instanceId && line.should === 'in',
    )
    const since = lines.map(({ marks }) => (marks.at(-1)?.due === 'in' ? (marks.at(-1)?.at ?? at) : at))
    return since.length > 0 ? at - Math.max(...since) : 0
  }
}

/** Milliseconds until the check of an instance has run again, whatever its state was. */
const CHECKED_MS = INTERVAL_SECONDS * 1000

/**
 * An agent keeps the state of a check that it already has: an instance that was out may be critical until it
 * runs again.
 */
const patience = ({ turns }: Line): number => (turns === 0 ? 0 : CHECKED_MS)

/** The next mark; it replaces one that was due later. */
function put({ marks }: Line, mark: Mark): Mark {
  while ((marks.at(-1)?.at ?? 0) > mark.at) marks.pop()
  marks.push(mark)
  return mark
}

/** An instance that was never there does not have to be taken out. */
const opened = (at: number, { should }: Claim): Pick<Line, 'marks' | 'pending'> => ({
  marks: [{ at, due: should === 'out' ? 'out' : 'free' }],
  pending: should === 'in',
})

function turn(line: Line, at: number, claim: Claim): void {
  Object.assign(line, { ...claim, by: claim.by, pending: true })
  line.turns++
  put(line, { at, due: 'free' })
}

/** Nobody may touch it: it stays in DNS, unless its server dies. */
function stay(line: Line, at: number, settled: boolean): void {
  if (line.should === 'in' && line.marks.at(-1)?.due === 'in' && settled) return
  if (line.should === 'stay') return
  line.should = 'stay'
  line.pending = false
  line.turns++
  put(line, { at, due: 'free' })
}
