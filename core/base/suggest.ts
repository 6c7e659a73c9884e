/**
 * The known word that a mistyped one probably means, or undefined if none is close. Close means at most two
 * edits (insert, delete, replace, swap neighbours), and fewer than half the word's letters.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  const candidates = [...known]
  for (const edits of [0, 1, 2].filter((each) => each * 2 < word.length)) {
    const near = candidates.find((each) => isWithin(edits, word.toLowerCase(), each.toLowerCase()))
    if (near !== undefined) return near
  }
  return undefined
}

/** ` Did you mean "x"?` as a remedy, else the list of what is possible. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = suggest(word, known)
  if (near !== undefined) return `did you mean "${near}"?`
  return known.length > 0 ? `known are ${[...known].sort().join(', ')}` : 'none is possible here'
}

/** Whether at most this many edits turn one word into the other. */
function isWithin(edits: number, a: string, b: string): boolean {
  if (a === b) return true
  if (a[0] === b[0]) return isWithin(edits, a.slice(1), b.slice(1))
  if (edits === 0) return false
  const swapped = a[0] === b[1] && a[1] === b[0]
  return (
    isWithin(edits - 1, a.slice(1), b) ||
    isWithin(edits - 1, a, b.slice(1)) ||
    isWithin(edits - 1, a.slice(1), b.slice(1)) ||
    (swapped && isWithin(edits - 1, a.slice(2), b.slice(2)))
  )
}
