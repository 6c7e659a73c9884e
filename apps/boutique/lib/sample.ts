/**
 * At most `count` of the items, each at most once, all equally likely and in random order.
 * @param random from 0 to less than 1
 */
export function sample<T>(items: readonly T[], count: number, random: () => number): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .slice(0, count)
    .map(({ item }) => item)
}
