import { wordFor } from '../template/data-types.ts'
import type { StackPart } from '../template/stacks.ts'

/** What a table, bucket or queue holds. */
export interface Holding {
  /** `rows`, `objects`, `messages`. */
  what: string
  /** As far as was counted. */
  count: number
  /** It holds more than was counted. */
  more?: true
  /** SQS only knows about how many. */
  about?: true
}

/** What is known of one resource: how much it holds, that it does not exist, or why nothing is known. */
export type Known = { holding: Holding } | { missing: true } | { unknown: string }

/** Counts what resources hold, as far as one page of an answer goes. */
export interface Holdings {
  /** Never throws: what cannot be read is unknown, and says why. */
  of(resource: Pick<StackPart, 'type' | 'id'>): Promise<Known>
}

/** `holds at least 1,000 rows`. */
export function holdsText(known: Known): string {
  if ('unknown' in known) return `what it holds is not known: ${known.unknown}`
  if ('missing' in known) return 'it does not exist any more'
  const { what, count, more, about } = known.holding
  if (count === 0) return about ? `holds no ${what} that SQS knows of` : `holds no ${what}`
  const word = count === 1 && !more ? what.replace(/s$/, '') : what
  return `holds ${more ? 'at least ' : about ? 'about ' : ''}${count.toLocaleString('en')} ${word}`
}

/** Only what was seen to be empty is empty; a queue's numbers are approximate, and so is a zero of them. */
export const isEmpty = (known: Known): boolean =>
  'missing' in known || ('holding' in known && known.holding.count === 0 && !known.holding.about)

/** `table nanofleet-dev-shop-Orders-1X`; of a queue its URL. */
export const described = ({ type, id }: Pick<StackPart, 'type' | 'id'>): string => `${wordFor(type)} ${id}`
