import { createHash } from 'node:crypto'

/** JSON with sorted keys and no spaces: equal values give equal text. `undefined` members are left out. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    item !== null && typeof item === 'object' && !Array.isArray(item) ? sorted(item) : item,
  )
}

function sorted(item: object): object {
  const keys = Object.keys(item) as (keyof typeof item)[]
  return Object.fromEntries(keys.sort().map((key) => [key, item[key]]))
}

/** SHA-256 of text or bytes, in lower-case hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}
