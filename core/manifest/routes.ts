import { sha256 } from '../base/canonical.ts'

/** Deeper paths come first; each depth has its band of priorities. 1 to 50000 are possible. */
const DEEPEST = 9
const BAND = 5000

/**
 * The priority of a host rule on the shared listener: the same for the same route in every deployment, and
 * smaller, hence earlier, the deeper its path.
 */
export function rulePriority({ host, path }: { service?: string; host: string; path: string }): number {
  const depth = Math.min(DEEPEST, path.split('/').filter((part) => part !== '').length)
  const place = Number.parseInt(sha256(`${host}${path}`).slice(0, 8), 16) % (BAND - 1)
  return (DEEPEST - depth) * BAND + 1 + place
}
