/** Readers of values that somebody else wrote: what has another type counts as absent. */
export type Fields = Record<string, unknown>

export const isFields = (value: unknown): value is Fields =>
  value !== null && typeof value === 'object' && !Array.isArray(value)

export const fields = (value: unknown): Fields => (isFields(value) ? value : {})

export const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** The values of a list that are maps. */
export const listOfFields = (value: unknown): Fields[] => list(value).filter(isFields)

/** A scalar as text. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined
}

export const texts = (value: unknown): string[] => list(value).flatMap((each) => text(each) ?? [])

/** A whole number, as one or as the text of one. */
export function whole(value: unknown): number | undefined {
  const written = text(value)
  if (written === undefined || !/^\d{1,9}$/.test(written)) return undefined
  return Number(written)
}

/** The value at a path of keys. */
export const within = (value: unknown, ...path: string[]): unknown =>
  path.reduce<unknown>(
    (found, key) => (isFields(found) && Object.hasOwn(found, key) ? found[key] : undefined),
    value,
  )
