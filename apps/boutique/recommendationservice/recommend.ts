import { sample } from '../lib/sample.ts'

const AT_MOST = 5

/**
 * Products to look at next: at most five, in random order, without those that the user is already looking at.
 * @param random from 0 to less than 1
 */
export function recommend(all: string[], known: string[], random: () => number): string[] {
  const left = new Set(all)
  for (const id of known) left.delete(id)
  return sample([...left], AT_MOST, random)
}
