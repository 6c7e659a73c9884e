import pLimit from 'p-limit'

/**
 * Runs `work` over all items, at most `limit` at a time, and waits for all of them.
 * @returns the outcomes in the order of the items; a rejection stops nothing
 */
export async function settle<T, R>(
  limit: number,
  items: T[],
  work: (item: T) => Promise<R>,
): Promise<PromiseSettledResult<R>[]> {
  const line = pLimit(limit)
  return await Promise.allSettled(items.map((item) => line(work, item)))
}
