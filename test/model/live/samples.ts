/** One query to one server's DNS; `found` are the addresses in its answer, null when none came in time. */
export interface Sample {
  server: string
  service: string
  asked: number
  answered: number
  found: string[] | null
}

/** The leader according to a server; empty for none, null when it did not answer. */
export interface LeaderSample {
  server: string
  at: number
  leader: string | null
}

/** Milliseconds. */
export interface Span {
  from: number
  to: number
}

/** What the sampler has seen. */
export interface Sighting {
  samples: Sample[]
  leaders: LeaderSample[]
  /** When its own process stood still. */
  stalls: Span[]
}

/** The milliseconds after which a process that does not run counts as standing still. */
export const STALL_MS = 200

/** Notices when this process stands still: its timer is late. */
export class Stalls {
  readonly spans: Span[] = []
  readonly #now: () => number
  #due: number
  readonly #timer: NodeJS.Timeout

  constructor(now: () => number, every = 20) {
    this.#now = now
    this.#due = now() + every
    this.#timer = setInterval(() => {
      const at = this.#now()
      if (at - this.#due > STALL_MS) this.spans.push({ from: this.#due, to: at })
      this.#due = at + every
    }, every)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/** How many milliseconds of the spans are between the two moments. */
export const within = (spans: Span[], from: number, to: number): number =>
  spans.reduce((sum, span) => sum + Math.max(0, Math.min(to, span.to) - Math.max(from, span.from)), 0)

export const overlap = (a: Span, b: Span): boolean => a.from <= b.to && b.from <= a.to
