import type { Line } from './cart-store.ts'
import { checkAdditions, merge } from './merge.ts'

/**
 * A cart as one Redis has it. Copies that missed writes, or took them in another order or twice, can be
 * joined: each addition has an id and a time, and emptying is a time as well, so the union of two copies is
 * right whatever each of them missed.
 */
export interface CartCopy {
  /** What was added until then is gone: digits of equal length, so that texts compare as times do. */
  emptied: string
  /** By id: `<time> <quantity> <product>`. Of one id the later counts. */
  additions: ReadonlyMap<string, string>
}

export const NOTHING: CartCopy = { emptied: '', additions: new Map() }

/** Of a time. */
export const DIGITS = 16
/** A time in milliseconds as copies hold it. */
export const stampOf = (ms: number): string => String(ms).padStart(DIGITS, '0')

/** What an addition of nothing holds: it is only there so that a repeat is known. */
const OF_NOTHING: Line = { productId: '', quantity: 0 }

export const additionOf = (stamp: string, { productId, quantity }: Line = OF_NOTHING): string =>
  `${stamp} ${quantity} ${productId}`

const later = (one: string, other: string): string => (one < other ? other : one)
const timeOf = (addition: string): string => addition.slice(0, DIGITS)

/** The union of copies. The order does not matter, and neither does a copy that comes twice. */
export function join(copies: readonly CartCopy[]): CartCopy {
  const emptied = copies.map((copy) => copy.emptied).reduce(later, '')
  const additions = new Map<string, string>()
  for (const copy of copies)
    for (const [id, addition] of copy.additions)
      if (timeOf(addition) > emptied) additions.set(id, later(addition, additions.get(id) ?? ''))
  return { emptied, additions }
}

/**
 * The cart with one more addition; unchanged if it has this one.
 * @throws GrpcProblem RESOURCE_EXHAUSTED when the cart is full
 */
export function added(cart: CartCopy, id: string, line: Line, stamp: string): CartCopy {
  if (cart.additions.has(id)) return cart
  merge(linesOf(cart), line)
  checkAdditions(cart.additions.size)
  return { ...cart, additions: new Map([...cart.additions, [id, additionOf(stamp, line)]]) }
}

/** What a copy lacks of a joined cart; undefined if nothing. */
export function lacking(copy: CartCopy, joined: CartCopy): CartCopy | undefined {
  const additions = [...joined.additions].filter(
    ([id, addition]) => (copy.additions.get(id) ?? '') < addition,
  )
  const isBehind = copy.emptied < joined.emptied
  if (additions.length === 0 && !isBehind) return undefined
  return { emptied: isBehind ? joined.emptied : '', additions: new Map(additions) }
}

/** The cart's lines, the product that came first in front. */
export function linesOf(copy: CartCopy): Line[] {
  const inOrder = [...copy.additions].sort(
    ([id, addition], [otherId, other]) => compare(timeOf(addition), timeOf(other)) || compare(id, otherId),
  )
  const quantities = new Map<string, number>()
  for (const [, addition] of inOrder) {
    const { productId, quantity } = lineOf(addition)
    if (quantity > 0) quantities.set(productId, quantity + (quantities.get(productId) ?? 0))
  }
  return [...quantities].map(([productId, quantity]) => ({ productId, quantity }))
}

/** The latest time in a copy, in milliseconds: what comes after it must be later. */
export const latestOf = (copy: CartCopy): number =>
  Number([...copy.additions.values()].map(timeOf).reduce(later, copy.emptied || '0'))

function lineOf(addition: string): Line {
  const end = addition.indexOf(' ', DIGITS + 1)
  return { productId: addition.slice(end + 1), quantity: Number(addition.slice(DIGITS + 1, end)) }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
