import { type OfferPrices, OfferReader, type Product, type Term } from './offer.ts'
import { OfferScan, type Path } from './offer-scan.ts'

/** What a price list says, and when AWS published it. */
export interface ReadOffer extends OfferPrices {
  /** `2026-09-25` */
  published?: string
}

/** The version of the format that is read here. */
const FORMAT = 'v1.0'

const HEAD = ['formatVersion', 'offerCode', 'publicationDate']

/**
 * Reads one region's price list of a service.
 * @returns in one sentence what is wrong with it, if it is not a whole price list of that service
 */
export async function readOffer(
  pieces: AsyncIterable<Uint8Array>,
  list: string,
  region: string,
): Promise<ReadOffer | { wrong: string }> {
  const head: Record<string, unknown> = {}
  const reader = new OfferReader(list, region)
  const scan = new OfferScan(
    (path) => choice(path, reader),
    ([section = '', ...path], value) => {
      const sku = path.at(-1) ?? ''
      if (section === 'products') reader.product(sku, Object(value) as Product)
      else if (section === 'terms') reader.terms(sku, Object(value) as Record<string, Term>)
      else head[section] = value
    },
  )
  try {
    for await (const piece of pieces) scan.write(piece)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return { wrong: `is not JSON: ${error.message}` }
  }
  if (!scan.complete) return { wrong: 'ends in the middle' }
  if (head.formatVersion !== FORMAT)
    return { wrong: `has the format ${String(head.formatVersion)}, and only ${FORMAT} is known` }
  if (head.offerCode !== list) return { wrong: `is the list of ${String(head.offerCode)}, not of ${list}` }
  const [published] = /^\d{4}-\d\d-\d\d/.exec(String(head.publicationDate)) ?? []
  return { ...reader.result(), ...(published !== undefined && { published }) }
}

/** Products come before terms, so that only the terms of what is wanted are kept. */
function choice([section = '', ...path]: Path, reader: OfferReader): 'take' | 'enter' | 'skip' {
  if (path.length === 0) return HEAD.includes(section) ? 'take' : 'enter'
  if (section === 'products') return 'take'
  if (section !== 'terms') return 'skip'
  const [kind, sku] = path
  if (kind !== 'OnDemand') return 'skip'
  return sku === undefined ? 'enter' : reader.wants(sku) ? 'take' : 'skip'
}
