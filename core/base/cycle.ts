/**
 * A path that leads back to where it began, as `[a, b, a]`; undefined if there is none.
 * @param starts where to begin
 * @param next where each one leads to
 */
export function cycle(
  starts: Iterable<string>,
  next: (name: string) => readonly string[],
): string[] | undefined {
  const done = new Set<string>()
  const visit = (name: string, trail: string[]): string[] | undefined => {
    const seen = trail.indexOf(name)
    if (seen >= 0) return [...trail.slice(seen), name]
    if (done.has(name)) return undefined
    for (const other of next(name)) {
      const found = visit(other, [...trail, name])
      if (found) return found
    }
    done.add(name)
    return undefined
  }
  for (const start of starts) {
    const found = visit(start, [])
    if (found) return found
  }
  return undefined
}
