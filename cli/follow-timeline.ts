import { setTimeout as sleep } from 'node:timers/promises'
import { type Happening, happeningKey } from '../core/timeline/happening.ts'
import { freshLines } from './log-lines.ts'
import type { Output } from './output.ts'
import type { Timeline } from './stage/timeline.ts'
import { happeningText } from './text/timeline-text.ts'

/** Milliseconds between two looks, each of which asks several services. */
const LOOK_EVERY_MS = 5000
/** Sources tell what happened up to some minutes late: each look goes back and drops what is known. */
const OVERLAP_MS = 5 * 60_000

/**
 * Prints what happened, and what happens, until the process is ended. A source that fails for a time is named
 * once.
 * @throws what the first look throws
 */
export async function followTimeline(
  read: (since: Date) => Promise<Timeline>,
  since: Date,
  output: Output,
): Promise<never> {
  const fresh = freshLines<{ id: string; at: number; happening: Happening }>()
  let gaps: readonly string[] = []
  let look = await read(since)
  for (let from = since.getTime(); ; ) {
    const lines = look.happenings.map((happening) => ({
      id: happeningKey(happening),
      at: Date.parse(happening.at),
      happening,
    }))
    for (const { happening } of fresh(lines, from)) output.line(happening, happeningText(happening))
    for (const gap of look.gaps) if (!gaps.includes(gap)) output.note(`not complete: ${gap}`)
    gaps = look.gaps
    await sleep(LOOK_EVERY_MS)
    from = Math.max(since.getTime(), Date.now() - OVERLAP_MS)
    look = await read(new Date(from)).catch((error: Error) => ({ happenings: [], gaps: [error.message] }))
  }
}
