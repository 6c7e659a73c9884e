import type { LogLine } from '../adapters/aws/log-events.ts'

/** Reads lines from a time up to before another (both ms since 1970), oldest first. */
export type ReadBetween = (since: number, until: number) => Promise<LogLine[]>

/** The last minute is looked at first; each further look covers four times as much. */
const FIRST_MS = 60_000
const GROWTH = 4

/**
 * The last lines, however old they are. CloudWatch Logs reads forward only, so we look further and further
 * back; fourteen looks reach its beginning.
 * @param since nothing older, in ms since 1970
 */
export async function lastLines(
  read: ReadBetween,
  count: number,
  { since, now }: { since: number; now: number },
): Promise<LogLine[]> {
  let found: LogLine[] = []
  // What is written meanwhile counts, too.
  let until = now + FIRST_MS
  for (let span = FIRST_MS; found.length < count && until > since; span *= GROWTH) {
    const from = Math.max(since, until - span)
    found = [...(await read(from, until)), ...found]
    until = from
  }
  return found.slice(-count)
}
