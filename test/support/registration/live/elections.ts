import type { LeaderSample, Span } from './samples.ts'

/** Milliseconds between two elections that are one: a vote that is split, or a leader that was none for long. */
const APART = 1000

/**
 * The times in which the living servers did not all name the same living leader. One that has just been killed
 * leads nobody, whatever the others still say.
 * @param alive when a server, by address, lived
 */
export function elections(leaders: LeaderSample[], alive: (server: string, at: number) => boolean): Span[] {
  const named = new Map<string, string>()
  const spans: Span[] = []
  let open: Span | undefined
  for (const { server, at, leader } of [...leaders].sort((a, b) => a.at - b.at)) {
    if (leader !== null) named.set(server, leader)
    const living = [...named].filter(([each]) => alive(each, at))
    const [first] = living.map(([, name]) => name)
    const led = first !== undefined && living.every(([, name]) => name === first) && alive(first, at)
    if (!led && !open) {
      const last = spans.at(-1)
      open = last && at - last.to < APART ? last : { from: at, to: at }
      if (open !== last) spans.push(open)
    }
    if (open) open.to = at
    if (led) open = undefined
  }
  return spans
}
