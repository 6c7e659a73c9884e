/** How much of the proof a run of the tests does: `NANOFLEET_IAM=all` or a number, `NANOFLEET_IAM_SEED` to repeat one. */
export function iamSettings(environment: Record<string, string | undefined> = process.env): {
  seed: number
  count: number
} {
  const { NANOFLEET_IAM: amount = '30', NANOFLEET_IAM_SEED: seed } = environment
  return {
    seed: seed === undefined ? Date.now() % 1_000_000 : Number(seed),
    count: amount === 'all' ? Number.POSITIVE_INFINITY : Number(amount),
  }
}

/** `count` of the items in an order that the seed decides (mulberry32 and Fisher-Yates). */
export function sample<T>(items: readonly T[], count: number, seed: number): T[] {
  const shuffled = [...items]
  let state = seed
  const random = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  for (let left = shuffled.length - 1; left > 0; left--) {
    const other = Math.floor(random() * (left + 1))
    ;[shuffled[left], shuffled[other]] = [shuffled[other] as T, shuffled[left] as T]
  }
  return shuffled.slice(0, count)
}
