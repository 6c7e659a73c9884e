import type { MessageInitShape } from '@bufbuild/protobuf'
import type { AdSchema } from '../lib/gen/hipstershop_pb.ts'
import { sample } from '../lib/sample.ts'

type Ad = MessageInitShape<typeof AdSchema>

interface Offer {
  product: string
  categories: string[]
  text: string
}

const OFFERS: Offer[] = [
  {
    product: 'OLJCESPC7Z',
    categories: ['accessories'],
    text: 'Sunglasses, a fifth off until the sun goes down.',
  },
  { product: '66VCHSJNUP', categories: ['clothing', 'tops'], text: 'Tank tops: take three, pay for two.' },
  {
    product: '1YMWWN1N4O',
    categories: ['accessories'],
    text: 'This watch comes with a second strap this week.',
  },
  { product: 'L9ECAV7KIM', categories: ['footwear'], text: 'Loafers that need no laces. Last pairs.' },
  {
    product: '2ZYFJ3GM2N',
    categories: ['hair', 'beauty'],
    text: 'A hairdryer for half the time and half the noise.',
  },
  { product: '0PUK6V6EV0', categories: ['decor', 'home'], text: 'A candle holder, and we add the candle.' },
  {
    product: 'LS4PSXUNUM',
    categories: ['kitchen'],
    text: 'Salt and pepper shakers, filled for the first month.',
  },
  {
    product: '9SIQT8TOJO',
    categories: ['kitchen'],
    text: 'Bamboo glass jars: buy one, the second is half price.',
  },
  {
    product: '6E92ZMYYFZ',
    categories: ['kitchen'],
    text: 'A mug for your second coffee: two for the price of one.',
  },
]

/** The page has room for this many. */
const AT_MOST = 2

/**
 * Ads for what the user is looking at, or any ads if none match: one or two, never none.
 * @param keys categories, in any case
 * @param random from 0 to less than 1
 */
export function adsFor(keys: string[], random: () => number): Ad[] {
  const wanted = new Set(keys.map((key) => key.toLowerCase()))
  const matching = OFFERS.filter(({ categories }) => categories.some((category) => wanted.has(category)))
  const offers = sample(matching.length > 0 ? matching : OFFERS, AT_MOST, random)
  return offers.map(({ product, text }) => ({ redirectUrl: `/product/${product}`, text }))
}
