/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` of the items in an order that the seed decides (Fisher-Yates). */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const shuffled = [...items]
  const random = seeded(seed)
  for (let left = shuffled.length - 1; left > 0; left--) {
    const other = Math.floor(random() * (left + 1))
    ;[shuffled[left], shuffled[other]] = [shuffled[other] as T, shuffled[left] as T]
  }
  return shuffled.slice(0, count)
}
