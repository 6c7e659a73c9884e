import { fromBinary } from '@bufbuild/protobuf'
import { CartSchema } from '../lib/gen/hipstershop_pb.ts'
import { additionOf, type CartCopy, DIGITS, stampOf } from './cart-copy.ts'

/** The hash under a user's id: when the cart was emptied, and a field for each addition. */
const EMPTIED = 'emptied'
const ADDITION = '+'
/** What releases before the second Redis wrote: the lines in a field, the keys of additions in another. */
const OLD_LINES = 'cart'
const OLD_KEYS = 'additions'

/**
 * Brings what a copy lacks into the hash: the later counts, of times and of additions with one id, so a
 * repeat and a wrong order do no harm. A script runs atomically. ARGV: how long the cart lives in ms, when it
 * was emptied or nothing, and pairs of a field and its value.
 */
export const BRING = `
local cart, emptied = KEYS[1], redis.call('HGET', KEYS[1], '${EMPTIED}') or ''
if ARGV[2] > emptied then
  emptied = ARGV[2]
  local held = redis.call('HGETALL', cart)
  for at = 1, #held, 2 do
    local isAddition = string.sub(held[at], 1, 1) == '${ADDITION}'
    if not isAddition or string.sub(held[at + 1], 1, ${DIGITS}) <= emptied then redis.call('HDEL', cart, held[at]) end
  end
  redis.call('HSET', cart, '${EMPTIED}', emptied)
end
for at = 3, #ARGV, 2 do
  local known = redis.call('HGET', cart, ARGV[at]) or ''
  if ARGV[at + 1] > known and string.sub(ARGV[at + 1], 1, ${DIGITS}) > emptied then
    redis.call('HSET', cart, ARGV[at], ARGV[at + 1])
  end
end
if redis.call('PTTL', cart) < tonumber(ARGV[1]) then redis.call('PEXPIRE', cart, ARGV[1]) end`

/** The script's arguments after the time to live. */
export const fieldsOf = ({ emptied, additions }: CartCopy): string[] => [
  emptied,
  ...[...additions].flatMap(([id, addition]) => [`${ADDITION}${id}`, addition]),
]

/** A copy as a hash holds it; what earlier releases wrote counts as added long ago. */
export function copyOf(fields: Record<string, Buffer>): CartCopy {
  const emptied = fields[EMPTIED]?.toString() ?? ''
  const held = Object.entries(fields).filter(([field]) => field.startsWith(ADDITION))
  const additions = held.map(([field, value]): [string, string] => [field.slice(1), value.toString()])
  return { emptied, additions: new Map([...(emptied === '' ? oldAdditions(fields) : []), ...additions]) }
}

/** One addition for each line, and one of nothing for each key, so that a repeat is still known. */
function oldAdditions(fields: Record<string, Buffer>): [string, string][] {
  const lines = fields[OLD_LINES] ? fromBinary(CartSchema, fields[OLD_LINES]).items : []
  const keys = fields[OLD_KEYS]?.toString().split(' ').filter(Boolean) ?? []
  return [
    ...lines.map((line, index): [string, string] => [
      `=${line.productId}`,
      additionOf(stampOf(index + 1), line),
    ]),
    ...keys.map((key): [string, string] => [key, additionOf(stampOf(1))]),
  ]
}
