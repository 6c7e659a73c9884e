import { setTimeout as pause } from 'node:timers/promises'
import { Browser, Trouble } from './browser.ts'
import type { Options } from './options.ts'
import { type Random, seeded, weighted } from './random.ts'
import { type Action, Shopper, WEIGHTS } from './shopper.ts'
import type { Tally } from './tally.ts'

/** How long a shopper waits between two steps, as in the original. */
const SHORTEST_WAIT_MS = 1000
const LONGEST_WAIT_MS = 10_000

/**
 * Sends shoppers until the signal says stop; they finish what they are doing.
 * @returns how many requests they made
 */
export async function sendShoppers(options: Options, tally: Tally, stop: AbortSignal): Promise<number> {
  const { users, rate } = options
  const shoppers = Array.from({ length: users }, async (_, index) => {
    await waited((index / rate) * 1000, stop)
    return stop.aborted ? 0 : shop(options, index, tally, stop)
  })
  const requests = await Promise.all(shoppers)
  return requests.reduce((total, count) => total + count, 0)
}

async function shop(
  { url, seed, pace }: Options,
  index: number,
  tally: Tally,
  stop: AbortSignal,
): Promise<number> {
  const random = seeded(seed + index * 7919)
  const browser = new Browser(url)
  const shopper = new Shopper(browser, random)
  // A new shopper starts at the first page.
  let action: Action = 'index'
  while (!stop.aborted) {
    await timed(shopper, action, tally)
    await waited(waitMs(random) * pace, stop)
    action = weighted(WEIGHTS, random)
  }
  browser.close()
  return browser.requests
}

async function timed(shopper: Shopper, action: Action, tally: Tally): Promise<void> {
  const begin = performance.now()
  let trouble: string | undefined
  try {
    await shopper.act(action)
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    trouble = error.message
  }
  tally.add(action, performance.now() - begin, trouble)
}

const waitMs = (random: Random): number => SHORTEST_WAIT_MS + random() * (LONGEST_WAIT_MS - SHORTEST_WAIT_MS)

/** Waits, or less when the signal comes. */
async function waited(ms: number, stop: AbortSignal): Promise<void> {
  await pause(ms, undefined, { signal: stop }).catch(() => {})
}
