import { createHash } from 'node:crypto'
import type { Mutant } from './mutant.ts'
import { parses } from './syntax.ts'

/**
 * The requested number of mutants, or all if there are fewer. Seed and text decide about each, so the same
 * seed takes the same ones, and nearly the same after other code has changed. They are sorted by place, a
 * file's mutants one after the other.
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
