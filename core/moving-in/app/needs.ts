import type { Sentences } from '../said.ts'

export interface Edge {
  from: string
  to: string
  place: string
}

/**
 * Takes edges in their order, those aside that would close a circle: one of its services has to start first.
 */
export function withoutCircles(edges: readonly Edge[], said: Sentences): Map<string, string[]> {
  const needs = new Map<string, string[]>()
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true
    if (seen.has(from)) return false
    seen.add(from)
    return (needs.get(from) ?? []).some((next) => reaches(next, to, seen))
  }
  for (const { from, to, place } of edges) {
    const known = needs.get(from) ?? []
    if (from === to || known.includes(to)) continue
    if (reaches(to, from))
      said.left(
        place,
        `${from} needs ${to}, which needs ${from}: one of them has to start first`,
        `${from} cannot call ${to} as it is; let only one of them call the other`,
      )
    else needs.set(from, [...known, to])
  }
  return needs
}
