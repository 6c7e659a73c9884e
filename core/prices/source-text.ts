import type { Reading } from './price-table.ts'

type Source = Omit<Reading, 'prices'>

/** Of when the prices are: `AWS's price lists of 2026-09-11 to 2026-10-01`. */
export function sourcesText(sources: readonly Source[]): string {
  const days = sources.map(({ published, read }) => published ?? read).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return 'no prices'
  return `AWS's prices of ${first === last ? first : `${first} to ${last}`}`
}

/** `AmazonEC2 of 2026-09-25, read on 2026-09-30 by github.com/…`. */
export const sourceText = ({ list, published, read, quotedBy }: Source): string =>
  `${list}${published === undefined ? '' : ` of ${published}`}, read on ${read}${quotedBy === undefined ? '' : ` by ${quotedBy}`}`
