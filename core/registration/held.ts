import type { Write } from './difference.ts'

/** Removals that wait for a second round, with the time of the first. */
export interface HeldRemovals {
  instanceIds: string[]
  /** ISO 8601. */
  at: string
}

/** Keeps held removals between rounds. `load` resolves to null if nothing is held. */
export interface HeldStore {
  load(): Promise<HeldRemovals | null>
  save(held: HeldRemovals): Promise<void>
}

/**
 * At most this many instances, or this share of the known ones, lose their entries because of a single round.
 */
export const CAP = { instances: 5, share: 0.2 }
/** Seconds after which two rounds' reads count as independent, and after which the first no longer counts. */
export const APART = { least: 30, most: 600 }

export const exceedsCap = (uncertain: Write[], known: number): boolean => {
  const lost = new Set(uncertain.map((write) => write.instanceId)).size
  return lost > CAP.instances && lost > known * CAP.share
}

/**
 * Of removals above the cap, those that an earlier round wanted as well, and what the next round needs to
 * know. If the earlier round is too recent, it stays the one to agree with.
 */
export function agree(
  uncertain: Write[],
  earlier: HeldRemovals | null,
  now: Date,
): { allowed: Write[]; held: HeldRemovals } {
  const instanceIds = [...new Set(uncertain.map((write) => write.instanceId))]
  const age = earlier ? (now.getTime() - Date.parse(earlier.at)) / 1000 : Number.POSITIVE_INFINITY
  if (!earlier || age > APART.most) return { allowed: [], held: { instanceIds, at: now.toISOString() } }
  const both = instanceIds.filter((id) => earlier.instanceIds.includes(id))
  if (age < APART.least) return { allowed: [], held: { instanceIds: both, at: earlier.at } }
  const agreed = new Set(both)
  const rest = instanceIds.filter((id) => !agreed.has(id))
  return {
    allowed: uncertain.filter((write) => agreed.has(write.instanceId)),
    held: { instanceIds: rest, at: now.toISOString() },
  }
}
