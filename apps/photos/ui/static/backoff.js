// @ts-check

/**
 * What is worth a retry: no answer at all (0), and answers from a gateway or about a service that is down.
 */
const PASSING = new Set([0, 429, 502, 503, 504])

/** The longest wait between two attempts, in milliseconds. */
const LONGEST_MS = 10_000

/** After this many attempts the user decides; by then about 70 s have passed. */
export const TRIES = 10

/**
 * Whether the same upload may get through later.
 * @param {number} status the HTTP status, 0 when there was no answer
 */
export const isPassing = (status) => PASSING.has(status)

/**
 * How long to wait before the next attempt, in milliseconds: twice as long each time, and spread out so that
 * the uploads of many browsers do not come back all at once.
 * @param {number} tried how many attempts there were
 * @param {number} [chance] from 0 to 1
 */
export function pauseAfter(tried, chance = Math.random()) {
  return Math.min(LONGEST_MS, 500 * 2 ** tried) * (0.75 + chance / 2)
}
