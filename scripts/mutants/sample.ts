import { seeded } from '../../test/support/seeded.ts'
import type { Mutant } from './mutant.ts'
import { parses } from './syntax.ts'

/**
 * As many mutants as asked for, or all that there are: each seed takes the same ones out of the same code. They come
 * by place, so that a file's mutants are tried one after the other.
 */
export function sampleOf(mutants: Mutant[], { count, seed }: { count: number; seed: number }): Mutant[] {
  const random = seeded(seed)
  const left = mutants.map((_each, index) => index)
  const taken: number[] = []
  while (taken.length < count && left.length > 0) {
    const [index = 0] = left.splice(Math.floor(random() * left.length), 1)
    if (parses(mutants[index]?.text ?? '')) taken.push(index)
  }
  return taken.sort((a, b) => a - b).flatMap((index) => mutants[index] ?? [])
}
