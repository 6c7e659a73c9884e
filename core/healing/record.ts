import type { Member } from './members.ts'

/**
 * What rounds know of each other: since when which instance fails, and how often a group's instances were
 * replaced. Consul's checks do not say since when they fail.
 */
export interface HealingRecord {
  /** Counts the saves, so that of two rounds at the same time only one acts. */
  version: number
  /** Time of the last round that saw the fleet without doubt, ISO 8601. */
  at: string
  /** By instance id: the first of the rounds in a row that saw it fail. */
  sick: Record<string, { since: string }>
  /** By group: rounds in a row that replaced some of its instances, and the time of the last one. */
  groups: Record<string, { times: number; at: string }>
}

/** Keeps the record between rounds. */
export interface HealingStore {
  /** Resolves to null before the first save. */
  load(): Promise<HealingRecord | null>
  /**
   * Writes a record over the one with the version before it, or over none if its version is 1.
   * @returns false if another round has saved one meanwhile; then nothing is written
   */
  save(record: HealingRecord): Promise<boolean>
}

/**
 * Seconds without a round after which nobody knows whether an instance failed all the time: three rounds were
 * lost.
 */
export const GAP_SECONDS = 200

/** Seconds between two times; negative if the second is earlier. */
export const secondsFrom = (earlier: string, now: Date): number =>
  (now.getTime() - Date.parse(earlier)) / 1000

/** Pauses between a group's replacements, in seconds: 1, 2, 4 minutes and so on, an hour at most. */
export const backOff = (times: number): number => Math.min(60 * 2 ** (times - 1), 3600)

/** An hour of quiet after its pause, and a group starts anew. */
const QUIET_SECONDS = 3600

/** The record after a round that saw these members, before it replaces anything. */
export function remember(last: HealingRecord | null, members: readonly Member[], now: Date): HealingRecord {
  const at = now.toISOString()
  const known = last && secondsFrom(last.at, now) <= GAP_SECONDS ? last.sick : {}
  const failing = members.filter(({ failing }) => failing.length > 0)
  return {
    version: (last?.version ?? 0) + 1,
    at,
    sick: Object.fromEntries(
      failing.map(({ instanceId }) => [instanceId, { since: known[instanceId]?.since ?? at }]),
    ),
    groups: Object.fromEntries(
      Object.entries(last?.groups ?? {}).filter(
        ([, { times, at: then }]) => secondsFrom(then, now) < backOff(times) + QUIET_SECONDS,
      ),
    ),
  }
}

/** Whether a round must save: a healthy fleet costs no write. */
export const differs = (last: HealingRecord | null, next: HealingRecord): boolean =>
  Object.keys({ ...last?.sick, ...next.sick }).length > 0 ||
  Object.keys(last?.groups ?? {}).length !== Object.keys(next.groups).length

/** The record after a round that replaces instances of these groups. */
export const withReplaced = (record: HealingRecord, groups: Iterable<string>, now: Date): HealingRecord => ({
  ...record,
  groups: {
    ...record.groups,
    ...Object.fromEntries(
      [...new Set(groups)].map((group) => [
        group,
        { times: (record.groups[group]?.times ?? 0) + 1, at: now.toISOString() },
      ]),
    ),
  },
})
