/**
 * How much of the proof a test run does: `NANOFLEET_IAM=all` or a number; `NANOFLEET_IAM_SEED` repeats one.
 */
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
