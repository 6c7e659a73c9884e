import { logicalStem, RESERVED_SERVICES } from '../../base/name-rules.ts'
import { PLATFORM } from '../../base/names.ts'

/** App and service have 70 characters together at most (docs/manifest.md). */
const LONGEST_APP = 30
const LONGEST_BOTH = 70

/** A name of another tool as one of ours: small letters, digits, dashes, a letter first. */
function label(name: string, longest: number, otherwise: string): string {
  const small = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, longest)
    .replace(/-+$/, '')
  return small || otherwise
}

export function appLabel(name: string): string {
  const found = label(name, LONGEST_APP, 'app')
  return found === PLATFORM ? `${PLATFORM}-app` : found
}

/** A service's name that no other one of the app has, also where dashes do not count. */
export function serviceLabel(name: string, app: string, taken: ReadonlySet<string>): string {
  const longest = Math.min(63, LONGEST_BOTH - app.length) - 3
  const first = label(name, longest, 'service')
  const base = RESERVED_SERVICES.includes(first) ? `${first}-app`.slice(0, longest) : first
  const stems = new Set([...taken].map(logicalStem))
  for (let number = 1; ; number++) {
    const found = number === 1 ? base : `${base}${/\d$/.test(base) ? 'x' : ''}${number}`
    if (!stems.has(logicalStem(found))) return found
  }
}
