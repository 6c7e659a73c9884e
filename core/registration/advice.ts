/**
 * Seconds for which a mere recommendation keeps an instance out of DNS. EC2 gives it before the two-minute
 * notice or together with it, and the instance may run on without one (EC2 User Guide, "EC2 instance
 * rebalance recommendations").
 */
export const ADVICE_SECONDS = 600

const ADVICE = 'EC2 recommends to replace the spot instance, '

/**
 * The reason of who is taken out of DNS on a recommendation; it is kept with the entry and says by itself
 * when it is over.
 */
export const advice = (at: string): string => `${ADVICE}${at}`

/** Milliseconds since 1970 when the reason is over; an order to go never is. */
export function endOf(reason: string | undefined): number {
  const at = reason?.startsWith(ADVICE) ? Date.parse(reason.slice(ADVICE.length)) : Number.NaN
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at + ADVICE_SECONDS * 1000
}

/** The reason that keeps an instance out of DNS for longer. */
export const longer = (one: string, other: string): string => (endOf(other) > endOf(one) ? other : one)
