// @ts-check

/** What is worth another try: no answer at all (0), and answers of a gateway or of a service that is away. */
const PASSING = new Set([0, 502, 503, 504])

/** The longest wait between two tries, in milliseconds. */
const LONGEST_MS = 10_000

/** After so many tries a person decides; by then about 70 s have passed. */
export const TRIES = 10

/**
 * Whether the same upload may get through later.
 * @param {number} status of HTTP, 0 when there was no answer
 */
export const isPassing = (status) => PASSING.has(status)

/**
 * How long to wait before the next try, in milliseconds: twice as long each time, and spread so that the uploads of many
 * browsers do not come back all at once.
 * @param {number} tried how often it was tried
 * @param {number} [chance] from 0 to 1
 */
export function pauseAfter(tried, chance = Math.random()) {
  return Math.min(LONGEST_MS, 500 * 2 ** tried) * (0.75 + chance / 2)
}
