/**
 * Runs `work` over all items, at most `limit` at a time, and waits for every one of them.
 * @returns the outcomes in the order of the items; a rejection stops nothing
 */
export async function settle<T, R>(
  limit: number,
  items: T[],
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const outcomes = new Array<PromiseSettledResult<R>>(items.length)
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) {
      try {
        outcomes[index] = { status: 'fulfilled', value: await work(item) }
      } catch (reason) {
        outcomes[index] = { status: 'rejected', reason }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return outcomes
}
