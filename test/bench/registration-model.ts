import fc from 'fast-check'
import type { Happening } from '../model/happenings.ts'
import { registrationProperty } from '../model/property.ts'
import { rules } from '../model/rules.ts'
import { bench, megabytes, progress, type Report, seconds } from './lib/report.ts'

/** How many histories between two lines of progress. */
const CHUNK = 2000

/** `path`: that of a failure found with this seed; empty for all. */
const SETTINGS = { histories: '100000', seed: '', path: '' }

/**
 * Registration over many random histories, in chunks so that memory stays limited: chunk n has the seed + n.
 * The first failure ends it, with the smallest history that shows it and how to repeat it.
 */
async function measure(settings: typeof SETTINGS): Promise<Report> {
  const histories = Number(settings.histories)
  const seed = settings.seed === '' ? Date.now() % 1_000_000_000 : Number(settings.seed)
  const begin = Date.now()
  let done = 0
  let failure: string | undefined
  for (let chunk = 0; done < histories && failure === undefined; chunk++) {
    const parameters = {
      seed: seed + chunk,
      numRuns: Math.min(CHUNK, histories - done),
      ...(settings.path === '' ? {} : { path: settings.path }),
    }
    const outcome = await check(parameters)
    done += outcome.numRuns
    if (outcome.failed) failure = describe(outcome)
    progress.note(`${done} histories, ${seconds(Date.now() - begin)}, ${megabytes(peak())} at most`)
  }
  const took = Date.now() - begin
  return {
    data: { histories: done, seed, milliseconds: took, peakMegabytes: peak(), failure: failure ?? null },
    text: [
      `${done} histories in ${seconds(took)}, ${megabytes(peak())} at most, --seed ${seed}`,
      failure ?? 'the catalog equals EC2 after each of them, and no healthy instance was removed',
    ].join('\n\n'),
    withinTarget: failure === undefined,
  }
}

const check = (parameters: fc.Parameters<[Happening[]]>) => fc.check(registrationProperty(rules), parameters)

const peak = (): number => process.resourceUsage().maxRSS / 1000

type Failed = Extract<Awaited<ReturnType<typeof check>>, { failed: true }>

const describe = (outcome: Failed): string =>
  [
    `${outcome.errorInstance}`,
    `history: ${JSON.stringify(outcome.counterexample)}`,
    `again: npm run bench -- registration-model --seed ${outcome.seed} --path ${outcome.counterexamplePath}`,
  ].join('\n')

await bench(measure, SETTINGS)
