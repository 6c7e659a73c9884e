/**
 * Seconds for which a mere recommendation keeps an instance out of DNS. EC2 sends it before the two-minute
 * notice or together with it, or without any notice, and the instance runs on (EC2 User Guide, "EC2 instance
 * rebalance recommendations").
 */
export const ADVICE_SECONDS = 600

const ADVICE = 'EC2 recommends to replace the spot instance, '

/**
 * The reason for taking an instance out of DNS on a recommendation. It is kept with the entry and says itself
 * when it expires.
 */
export const advice = (at: string): string => `${ADVICE}${at}`

/** When the reason expires, in milliseconds since 1970; an order to go never does. */
export function endOf(reason: string | undefined): number {
  const at = reason?.startsWith(ADVICE) ? Date.parse(reason.slice(ADVICE.length)) : Number.NaN
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at + ADVICE_SECONDS * 1000
}

/** The reason that keeps an instance out of DNS for longer. */
export const longer = (one: string, other: string): string => (endOf(other) > endOf(one) ? other : one)
