import type { Failure } from '../../../apps/boutique/loadgenerator/tally.ts'

/** Something that was done to the fleet, and until when it was not whole: milliseconds since 1970. */
export interface Fault {
  what: string
  from: number
  to: number
}

/** How long after the fleet is whole again an answer may still fail that was asked for before. */
const LATE_MS = 2000

/** The failures of each fault: those that were under way at some time between its begin and its end. */
export function explain(failures: Failure[], faults: Fault[]): { byFault: Failure[][]; others: Failure[] } {
  const causes = failures.map((failure) => faults.findIndex((fault) => overlap(failure, fault)))
  return {
    byFault: faults.map((_, index) => failures.filter((_failure, at) => causes[at] === index)),
    others: failures.filter((_, at) => causes[at] === -1),
  }
}

const overlap = ({ begin, end }: Failure, { from, to }: Fault): boolean =>
  end >= from && begin <= to + LATE_MS
