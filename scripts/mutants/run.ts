import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { InvalidInput } from '../../core/base/errors.ts'
import { Bench } from './bench.ts'
import { type Judgement, judgementOf } from './judgements.ts'
import { type Mutant, mutantsOf } from './mutant.ts'
import type { Options } from './options.ts'
import { type Result, remark } from './report.ts'
import { sampleOf } from './sample.ts'

export interface Surroundings {
  /** The checkout, which is only read. */
  checkout: string
  judgements: Judgement[]
  /** Gets progress for people. */
  say: (line: string) => void
  signal: AbortSignal
  /** The shortest time limit for a test file, 20 s by default. */
  patienceMs?: number
}

const PATIENCE_MS = 20_000

/** Every mutant of core/. */
export function allMutants(checkout: string): Mutant[] {
  return globSync('core/**/*.ts', { cwd: checkout })
    .sort()
    .flatMap((file) => mutantsOf(file, readFileSync(join(checkout, file), 'utf8')))
}

/**
 * Takes a sample of the mutants and tries each.
 * @throws InvalidInput if there is nothing to change at the given places
 * @throws BrokenTests if the tests fail without any change
 */
export async function tryMutants(options: Options, surroundings: Surroundings) {
  const { checkout, judgements, say, signal, patienceMs = PATIENCE_MS } = surroundings
  const eligible = allMutants(checkout).filter((mutant) => isAt(mutant, options.places))
  if (eligible.length === 0)
    throw new InvalidInput('--file', `there is nothing to change at ${options.places.join(', ')}`)
  const mutants = sampleOf(eligible, options)
  say(`${mutants.length} of ${eligible.length} changes, seed ${options.seed}`)
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-mutants-'))
  try {
    const benches = Array.from(
      { length: Math.min(options.workers, mutants.length) },
      (_each, index) => new Bench(checkout, join(folder, String(index)), { signal, patienceMs }),
    )
    const measured = await benches[0]?.measure(mutants, options.workers)
    if (measured === undefined) return []
    say(`${measured.seconds.size} related test files pass without a change`)
    for (const file of measured.unsteady) say(`${file} is left out: without a change it failed and passed`)
    return await inTurn(mutants, benches, async (mutant, bench, index) => {
      signal.throwIfAborted()
      const judgement = judgementOf(mutant, judgements)
      const result = {
        mutant,
        ...(judgement && { judgement }),
        ...(await bench.tryOut(mutant, index, measured)),
      }
      signal.throwIfAborted()
      const line = remark(result)
      if (line !== undefined) say(`\n${line}`)
      return result
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/**
 * Each bench takes the next mutant when it is done with the last one; results are in the order of the
 * mutants.
 */
async function inTurn(
  mutants: Mutant[],
  benches: Bench[],
  work: (mutant: Mutant, bench: Bench, index: number) => Promise<Result>,
): Promise<Result[]> {
  const waiting = mutants.entries()
  const results: Result[] = []
  const ends = await Promise.allSettled(
    benches.map(async (bench) => {
      for (const [index, mutant] of waiting) results[index] = await work(mutant, bench, index)
    }),
  )
  // Only once all have ended, because their folders are removed next.
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return results
}

function isAt({ file, line }: Mutant, places: string[]): boolean {
  const isIn = (place: string) => file === place || file.startsWith(`${place.replace(/\/$/, '')}/`)
  return places.length === 0 || places.some((place) => isIn(place) || place === `${file}:${line}`)
}
