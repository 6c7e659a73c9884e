const FIRST = [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 5]
/** Looks of ten seconds before they are spread out: ten minutes in all. */
const CLOSE_LOOKS = 70

/**
 * Seconds until the next look: a boot takes one or a minute, so the first looks are close together. What
 * takes longer than ten minutes is looked at every minute and a half, as each look adds nine events to the
 * history of an execution, which may have 25,000 ("Step Functions service quotas") and waits for many stacks.
 */
export const pause = (checks: number): number => FIRST[checks] ?? (checks < CLOSE_LOOKS ? 10 : 90)
