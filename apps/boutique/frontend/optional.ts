/**
 * Something that makes a page nicer but must never break it: its value, or undefined when it fails or takes
 * longer than `limitMs`. `ask` gets the deadline (Date.now()) after which nobody waits for it.
 */
export async function optional<V>(
  name: string,
  limitMs: number,
  ask: (deadline: number) => Promise<V>,
): Promise<V | undefined> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs)
  try {
    return await Promise.race([ask(Date.now() + limitMs), late])
  } catch (error) {
    console.warn(`${name} left out: ${error instanceof Error ? error.message : error}`)
    return undefined
  } finally {
    clearTimeout(timer)
  }
}
