import { PERIOD_MS } from './poller.ts'
import type { Found } from './registration-report.ts'
import type { RegistrationStage } from './registration-stage.ts'
import { bare, eventDriven, polled, type Steps, type Times, watching } from './ways.ts'

/** The size of a page of DescribeInstances and of a DNS answer. */
export const MOST = 1000
/**
 * Single changes in a running fleet, and the milliseconds between them: for ours and the bare way, and for
 * the poller.
 */
const SINGLES = { count: 20, pause: 500, polled: 1500 }
/**
 * What makes up a turn, so that all of them together take eight minutes: bursts one after the other, the
 * poller's in this many lanes, each with its own poller.
 */
const TURNS: Record<number, { bursts: number; lanes: number; polled: number }> = {
  1: { bursts: 50, lanes: 25, polled: 2 },
  100: { bursts: 3, lanes: 1, polled: 3 },
}
const TURN = { bursts: 1, lanes: 1, polled: 1 }

/**
 * The turns of the three ways at one size; the bare way repeats the times of ours, which therefore comes
 * first.
 */
export class Turns {
  readonly found: Found
  readonly #stage: RegistrationStage
  readonly #random: () => number
  readonly #turn: (typeof TURNS)[number]
  /** How many single changes there are. */
  readonly #singles: number
  /** When the poller's bursts happen. */
  readonly #moments: number[][]
  #burst: Times['offsets'] = { up: [0], down: [0] }
  #single: Times['offsets'] | undefined

  constructor(stage: RegistrationStage, size: number, rounds: number, random: () => number) {
    this.#stage = stage
    this.#random = random
    this.#turn = TURNS[size] ?? TURN
    this.#moments = spread(rounds * this.#turn.lanes, this.#turn.polled, random)
    this.#singles = size > SINGLES.count ? SINGLES.count : 0
    this.found = {
      size,
      standing: Math.min(size, MOST - this.#singles),
      pause: size > 100 ? 50 : 10,
      burst: { events: none(), bare: none() },
      singles: { events: none(), bare: none() },
      polled: { up: [], singles: [], rounds: [], removed: 0, gone: 0 },
    }
  }

  async events(): Promise<void> {
    const { burst, singles, standing: count, pause } = this.found
    await watching(this.#stage, pause, async (watch) => {
      const meanwhile = async (standing: string[]): Promise<void> => {
        const times = await eventDriven(this.#stage, watch, this.#oneByOne(SINGLES.pause), { standing })
        add(singles.events, times)
        this.#single = times.offsets
      }
      for (let turn = 0; turn < this.#turn.bursts; turn++) {
        const among = turn === 0 && this.#singles > 0 ? { meanwhile } : {}
        const times = await eventDriven(this.#stage, watch, atOnce(count), among)
        add(burst.events, times)
        this.#burst = times.offsets
      }
    })
  }

  async polled(): Promise<void> {
    const { polled: sum, standing: count, pause } = this.found
    const moments = this.#moments.splice(0, this.#turn.lanes)
    await watching(this.#stage, pause, async (watch) => {
      const found = await polled(this.#stage, watch, count, moments, this.#oneByOne(SINGLES.polled))
      sum.up.push(...found.up)
      sum.singles.push(...found.singles)
      sum.rounds.push(...found.rounds)
      sum.removed += found.removed
      sum.gone += found.gone
    })
  }

  async bare(): Promise<void> {
    const { burst, singles, pause } = this.found
    await watching(this.#stage, pause, async (watch) => {
      const single = this.#single
      const meanwhile = async (standing: string[]): Promise<void> => {
        if (single) add(singles.bare, await bare(this.#stage, watch, single, { standing }))
      }
      for (let turn = 0; turn < this.#turn.bursts; turn++)
        add(burst.bare, await bare(this.#stage, watch, this.#burst, turn === 0 ? { meanwhile } : {}))
    })
  }

  /** Pauses from zero to twice the mean, in milliseconds. */
  #oneByOne(mean: number): Steps {
    return Array.from({ length: this.#singles }, () => ({ pause: 2 * mean * this.#random(), count: 1 }))
  }
}

/**
 * Moments in the poller's period for this many pollers and bursts: the middles of equal parts, in random
 * order.
 */
function spread(pollers: number, bursts: number, random: () => number): number[][] {
  const count = pollers * bursts
  const parts = Array.from({ length: count }, (_, part) => ({ part, rank: random() }))
  const moments = parts
    .toSorted((one, other) => one.rank - other.rank)
    .map(({ part }) => ((part + 0.5) / count) * PERIOD_MS)
  return Array.from({ length: pollers }, (_, poller) => moments.slice(poller * bursts, (poller + 1) * bursts))
}

const none = (): Times => ({ up: [], down: [], offsets: { up: [], down: [] } })

/** A burst: this many change at the same moment. */
export const atOnce = (count: number): Steps => [{ pause: 0, count }]

function add(sum: Times, { up, down }: Times): void {
  sum.up.push(...up)
  sum.down.push(...down)
}
