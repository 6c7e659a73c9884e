/**
 * How many additions a cart remembers. A repeat comes within seconds, and a visitor adds only a few in that
 * time.
 */
const REMEMBERED = 20

/** The keys of a cart's latest additions with one more, latest last. */
export const remember = (keys: readonly string[], key: string): string[] => [...keys, key].slice(-REMEMBERED)
