/**
 * The known word that a mistyped one probably means, or undefined if none is close. Close means at most two
 * edits (insert, delete, replace, swap neighbours), and fewer than half the word's letters.
 */
export function suggest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Math.min(2, Math.floor((word.length - 1) / 2)) + 1
  for (const candidate of known) {
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) {
      least = edits
      best = candidate
    }
  }
  return best
}

/** ` Did you mean "x"?` as a remedy, else the list of what is possible. */
export function didYouMean(word: string, known: readonly string[]): string {
  const near = suggest(word, known)
  if (near !== undefined) return `did you mean "${near}"?`
  return known.length > 0 ? `known are ${[...known].sort().join(', ')}` : 'none is possible here'
}

/** Optimal string alignment distance. */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let edits = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        edits = Math.min(edits, (before[j - 2] ?? 0) + 1)
      }
      next.push(edits)
    }
    before = row
    row = next
  }
  return row[b.length] ?? 0
}
