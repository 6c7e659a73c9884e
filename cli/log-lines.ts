import { setTimeout as sleep } from 'node:timers/promises'
import type { LogLine } from '../adapters/aws/log-events.ts'
import type { Output } from './output.ts'
import { readable } from './text/log-text.ts'

/** Milliseconds between two looks of `--follow`; CloudWatch Logs allows far more. */
const LOOK_EVERY_MS = 1000
/**
 * Lines may arrive late and out of order: each look goes back this many milliseconds and drops known lines.
 */
const OVERLAP_MS = 30_000

/** Reads lines from a time (ms since 1970) on, oldest first. */
export type ReadLog = (since: number) => Promise<LogLine[]>

/**
 * Prints lines as they come, until the process is ended.
 * @param printed lines that have been
 */
export async function followLog(
  read: ReadLog,
  since: number,
  output: Output,
  printed: LogLine[] = [],
): Promise<never> {
  const fresh = freshLines<LogLine>()
  fresh(printed, since)
  for (let from = since; ; from = Math.max(since, Date.now() - OVERLAP_MS)) {
    for (const line of fresh(await read(from), from)) printLine(output, line)
    await sleep(LOOK_EVERY_MS)
  }
}

/**
 * Tells new lines from known ones when looks overlap; forgets lines older than the look's start.
 * @returns a function of a look's lines and its start in ms since 1970
 */
export function freshLines<T extends { id: string; at: number }>(): (lines: T[], from: number) => T[] {
  const known = new Map<string, number>()
  return (lines, from) => {
    for (const [id, at] of known) if (at < from) known.delete(id)
    const fresh = lines.filter(({ id }) => !known.has(id))
    for (const { id, at } of fresh) known.set(id, at)
    return fresh
  }
}

/** `12:00:00.000 web i-0abc  listening`; times are UTC. With `--json` the text is as it was written. */
export function printLine(output: Output, line: LogLine): void {
  const time = new Date(line.at).toISOString().slice(11, 23)
  const from = line.instance.startsWith('i-') ? `${line.service} ${line.instance}` : line.service
  output.line(line, `${time} ${from}  ${readable(line.text)}`)
}
