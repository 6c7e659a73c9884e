/** Seconds until the next look: a boot takes one or a minute, so the first looks are close together. */
export const pause = (checks: number): number => [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 5][checks] ?? 10
