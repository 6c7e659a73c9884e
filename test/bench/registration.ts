import { InvalidInput } from '../../core/base/errors.ts'
import { seeded } from '../support/seeded.ts'
import { countCalls } from './lib/call-counts.ts'
import { type Found, report } from './lib/registration-report.ts'
import { type RegistrationStage, startRegistrationStage } from './lib/registration-stage.ts'
import { bench, progress, type Report } from './lib/report.ts'
import { atOnce, MOST, Turns } from './lib/turns.ts'
import { eventDriven, watching } from './lib/ways.ts'

/** `instances`: sizes, as in `1,100`, or `all`. `rounds`: how many turns each way has at each size. */
const SETTINGS = { instances: 'all', rounds: '1', seed: '1' }
/** Enough for the largest possible number of simultaneous batches. */
const WARM_UP = 100
const SIZES = [1, 100, 1000]

/** Registration in three ways, on the same region and the same Consul. */
async function measure(settings: typeof SETTINGS): Promise<Report> {
  const sizes = sizesOf(settings.instances)
  const random = seeded(Number(settings.seed))
  const stage = await startRegistrationStage()
  try {
    // On AWS, too, functions start cold after a pause; that is not what is compared here.
    await watching(stage, 10, (watch) => eventDriven(stage, watch, atOnce(WARM_UP)))
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
    `"${text}" is not a list of sizes`,
    `use all, or up to ${MOST} as in 1,100`,
  )
}

/** The ways take turns, in a different order each time. */
async function atSize(
  stage: RegistrationStage,
  size: number,
  rounds: number,
  random: () => number,
): Promise<Found> {
  const turns = new Turns(stage, size, rounds, random)
  for (let round = 0; round < rounds; round++) {
    const order =
      round % 2 === 0 ? (['events', 'polled', 'bare'] as const) : (['polled', 'events', 'bare'] as const)
    for (const way of order) {
      progress.note(`${size}, turn ${round + 1}: ${way}`)
      await turns[way]()
    }
  }
  return turns.found
}

await bench(measure, SETTINGS)
