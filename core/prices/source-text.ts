import { PRICE_LISTS } from './articles.ts'
import type { Reading } from './price-table.ts'

type Source = Omit<Reading, 'prices'>

/** Of when the prices are: `AWS's price lists of 2026-09-11 to 2026-10-01`. */
export function sourcesText(sources: readonly Source[]): string {
  const days = sources.map(({ published, read }) => published ?? read).sort()
  const [first, last] = [days[0], days.at(-1)]
  if (first === undefined || last === undefined) return 'no prices'
  return `AWS's prices of ${first === last ? first : `${first} to ${last}`}`
}

/**
 * `AWS's price list AmazonEC2 of 2026-09-25`; with the day on which it was read, if nobody knows when AWS
 * published it. Who quoted a figure is in the file.
 */
export const sourceText = ({ list, published, read }: Source): string =>
  `AWS's ${namedList(list)}${published === undefined ? `, read on ${read}` : ` of ${published}`}`

/** Some prices are from a page, or an interface, instead of a list. */
const namedList = (list: string): string =>
  PRICE_LISTS.includes(list) ? `price list ${list}` : list.replace(/^AWS /, '')

/** How many prices somebody else read at AWS, in one sentence; undefined if none. */
export function quotedText(readings: readonly Reading[]): string | undefined {
  const count = (some: readonly Reading[]): number =>
    some.reduce((sum, { prices }) => sum + Object.keys(prices).length, 0)
  const quoted = count(readings.filter(({ quotedBy }) => quotedBy !== undefined))
  if (quoted === 0) return undefined
  const which = quoted === count(readings) ? 'These prices' : `${quoted} of these prices`
  return `${which} are as public repositories quote AWS; --json names them, and "nanofleet prices update" reads AWS's own.`
}
