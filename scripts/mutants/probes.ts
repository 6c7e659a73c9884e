import type { Mutant } from './mutant.ts'
import { parses, Source } from './syntax.ts'

/** The function at the end of a probed file; it is defined before the first line runs. */
const REACHED = `
function nanofleetReached(place) {
  globalThis.nanofleetReachedBy?.(place)
  return (value) => value
}
`

/**
 * The file with the same behaviour, but reporting when it reaches the place of a mutant, by the mutant's
 * index.
 * @returns the text, and the indexes of mutants whose place cannot report
 */
export function probed(text: string, mutants: [index: number, mutant: Mutant][]) {
  const source = new Source(text)
  const places = mutants.map(([index, { place }]) => ({ index, marks: place ? around(place, index) : [] }))
  const all = places.flatMap(({ marks }) => marks)
  // A number may be a key or something else that is not an expression; then each place is tried separately.
  const allFit = parses(marked(source, all))
  const fits = (marks: Mark[]) => marks.length > 0 && (allFit || parses(marked(source, marks)))
  const [telling, mute] = [
    places.filter(({ marks }) => fits(marks)),
    places.filter(({ marks }) => !fits(marks)),
  ]
  const fitting = telling.flatMap(({ marks }) => marks)
  return { text: marked(source, fitting) + REACHED, mute: mute.map(({ index }) => index) }
}

interface Mark {
  at: number
  words: string
}

function around({ start, end }: { start: number; end: number }, index: number): Mark[] {
  return [
    { at: start, words: `nanofleetReached(${index})(` },
    { at: end, words: ')' },
  ]
}

/** The text with the marks inserted; where one place ends and another begins, the end comes first. */
function marked(source: Source, marks: Mark[]): string {
  const inOrder = marks.toSorted(
    (a, b) => a.at - b.at || (a.words === ')' ? 0 : 1) - (b.words === ')' ? 0 : 1),
  )
  let done = 0
  let text = ''
  for (const { at, words } of inOrder) {
    text += source.between(done, at) + words
    done = at
  }
  return text + source.between(done, source.length)
}
