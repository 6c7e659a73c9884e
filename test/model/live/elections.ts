import type { LeaderSample, Sample, Span } from './samples.ts'

/** Milliseconds within which two elections count as one: a split vote, or a leader that did not last. */
const APART_MS = 1000

/**
 * The times in which the live servers did not all name the same live leader. One that has just been killed is
 * not a leader, whatever the others still say.
 * @param alive when a server, by address, was alive
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
      open = last && at - last.to < APART_MS ? last : { from: at, to: at }
      if (open !== last) spans.push(open)
    }
    if (open) open.to = at
    if (led) open = undefined
  }
  return spans
}

/**
 * The same times, extended until Consul accepts writes again: a server that is named leader still has to
 * become one. The first entry of a plain client that appears in or vanishes from an answer shows it.
 * @param bare answers about those entries, which come and go all the time
 */
export function untilWritten(spans: Span[], bare: Sample[]): Span[] {
  const before = new Map<string, string>()
  const changes = [...bare]
    .sort((a, b) => a.asked - b.asked)
    .filter(({ server, found }) => {
      if (found === null) return false
      const [last, next] = [before.get(server), [...found].sort().join()]
      before.set(server, next)
      return last !== undefined && last !== next
    })
  return spans.map(({ from, to }) => ({ from, to: changes.find(({ asked }) => asked >= to)?.asked ?? to }))
}
