/** A number from 0 to less than 1. */
export type Random = () => number

/** Numbers that are the same for the same seed (mulberry32). */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** @throws RangeError when there is nothing to choose from */
export function oneOf<T>(items: readonly T[], random: Random): T {
  const item = items[Math.floor(random() * items.length)]
  if (item === undefined) throw new RangeError('there is nothing to choose from')
  return item
}

/** One of the keys, each as often as its weight says. @throws RangeError when there are none */
export function weighted<K extends string>(weights: Readonly<Record<K, number>>, random: Random): K {
  const keys = (Object.keys(weights) as K[]).flatMap((key) => Array<K>(weights[key]).fill(key))
  return oneOf(keys, random)
}
