import { createHash } from 'node:crypto'
import type { Mutant } from './mutant.ts'
import { parses } from './syntax.ts'

/**
 * As many mutants as asked for, or all that there are. Seed and words decide about each, so the same seed
 * takes the same ones, and nearly the same ones once other code has changed. They come by place, a file's
 * mutants one after the other.
 */
export function sampleOf(mutants: Mutant[], { count, seed }: { count: number; seed: number }): Mutant[] {
  const inTurn = mutants
    .map((mutant, index) => ({ mutant, index, turn: turnOf(mutant, seed) }))
    .sort((a, b) => (a.turn < b.turn ? -1 : 1))
  const taken: typeof inTurn = []
  for (const each of inTurn) {
    if (taken.length >= count) break
    if (parses(each.mutant.text)) taken.push(each)
  }
  return taken.sort((a, b) => a.index - b.index).map(({ mutant }) => mutant)
}

function turnOf({ file, was, becomes }: Mutant, seed: number): string {
  return createHash('sha256').update([seed, file, was, becomes].join('\n')).digest('hex')
}
