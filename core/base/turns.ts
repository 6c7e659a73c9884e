/**
 * Items in turns: the first of every group, then the second of every group, and so on. So a service with one
 * instance does not wait behind another's five thousand.
 */
export function inTurns<T>(items: T[], group: (item: T) => string): T[] {
  const turns: T[][] = []
  const taken = new Map<string, number>()
  for (const item of items) {
    const name = group(item)
    const turn = taken.get(name) ?? 0
    taken.set(name, turn + 1)
    const row = turns[turn]
    if (row) row.push(item)
    else turns.push([item])
  }
  return turns.flat()
}
