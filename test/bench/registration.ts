import { InvalidInput } from '../../core/errors.ts'
import { seeded } from '../support/seeded.ts'
import { countCalls } from './lib/call-counts.ts'
import { PERIOD } from './lib/poller.ts'
import { type Found, report } from './lib/registration-report.ts'
import { type RegistrationStage, startRegistrationStage } from './lib/registration-stage.ts'
import { bench, progress, type Report } from './lib/report.ts'
import { bare, eventDriven, polled, type Times, watching } from './lib/ways.ts'

/** `instances`: sizes, as in `1,100`, or `all`. `rounds`: how often each way has its turn at each size. */
const SETTINGS = { instances: 'all', rounds: '1', seed: '1' }
/** Enough to have as many batches at once as there may be. */
const WARM_UP = 100
const SIZES = [1, 100, 1000]
/** What a page of DescribeInstances and an answer of DNS hold. */
const MOST = 1000
/**
 * What makes a turn, so that all of them together take six minutes: bursts one after the other, of the poller in so many
 * lanes, each a poller of its own.
 */
const TURNS: Record<number, { bursts: number; lanes: number; polled: number }> = {
  1: { bursts: 50, lanes: 25, polled: 2 },
  100: { bursts: 3, lanes: 1, polled: 3 },
}
const TURN = { bursts: 1, lanes: 1, polled: 1 }

/** Registration three ways, side by side on the same region and the same Consul. */
async function measure(settings: typeof SETTINGS): Promise<Report> {
  const sizes = sizesOf(settings.instances)
  const random = seeded(Number(settings.seed))
  const stage = await startRegistrationStage()
  try {
    // Functions start cold after a pause on AWS too; that is not what is compared here.
    await watching(stage, 10, (watch) => eventDriven(stage, watch, WARM_UP))
    const found: Found[] = []
    for (const size of sizes) found.push(await atSize(stage, size, Number(settings.rounds), random))
    return report(found, await countCalls(stage))
  } finally {
    await stage.stop()
  }
}

function sizesOf(text: string): number[] {
  const sizes = text === 'all' ? SIZES : text.split(',').map(Number)
  if (sizes.every((size) => Number.isInteger(size) && size > 0 && size <= MOST)) return sizes
  throw new InvalidInput(
    '--instances',
    `"${text}" is no list of sizes`,
    `use all, or up to ${MOST} as in 1,100`,
  )
}

/** The ways take turns, in another order each time. */
async function atSize(
  stage: RegistrationStage,
  size: number,
  rounds: number,
  random: () => number,
): Promise<Found> {
  const none = (): Times => ({ up: [], down: [], offsets: { up: [], down: [] } })
  const pause = size > 100 ? 50 : 10
  const found: Found = {
    size,
    pause,
    events: none(),
    bare: none(),
    polled: { up: [], rounds: [], removed: 0, gone: 0 },
  }
  const { bursts, lanes, polled: each } = TURNS[size] ?? TURN
  const moments = spread(rounds * lanes, each, random)
  let offsets = { up: [0], down: [0] }
  const ways = {
    events: async (): Promise<void> =>
      watching(stage, pause, async (watch) => {
        for (let turn = 0; turn < bursts; turn++) {
          const times = await eventDriven(stage, watch, size)
          add(found.events, times)
          offsets = times.offsets
        }
      }),
    polled: async (): Promise<void> =>
      watching(stage, pause, async (watch) => {
        const { up, rounds: done, removed, gone } = await polled(stage, watch, size, moments.splice(0, lanes))
        found.polled.up.push(...up)
        found.polled.rounds.push(...done)
        found.polled.removed += removed
        found.polled.gone += gone
      }),
    bare: async (): Promise<void> =>
      watching(stage, pause, async (watch) => {
        for (let turn = 0; turn < bursts; turn++) add(found.bare, await bare(stage, watch, offsets))
      }),
  }
  for (let round = 0; round < rounds; round++) {
    // The bare way repeats the moments of ours, which therefore comes first.
    const order =
      round % 2 === 0 ? (['events', 'polled', 'bare'] as const) : (['polled', 'events', 'bare'] as const)
    for (const way of order) {
      progress.note(`${size} at once, turn ${round + 1}: ${way}`)
      await ways[way]()
    }
  }
  return found
}

/** Moments of the poller's period for so many pollers and bursts: the middles of its equal parts, in random order. */
function spread(pollers: number, bursts: number, random: () => number): number[][] {
  const count = pollers * bursts
  const parts = Array.from({ length: count }, (_, part) => ({ part, rank: random() }))
  const moments = parts
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ part }) => ((part + 0.5) / count) * PERIOD)
  return Array.from({ length: pollers }, (_, poller) => moments.slice(poller * bursts, (poller + 1) * bursts))
}

function add(sum: Times, { up, down }: Times): void {
  sum.up.push(...up)
  sum.down.push(...down)
}

await bench(measure, SETTINGS)
