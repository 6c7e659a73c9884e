import type { Belief } from './belief.ts'
import type { Hint, StateHint } from './hints.ts'
import type { Instance } from './instances.ts'
import type { RoundParts } from './round.ts'

/** Looks at an instance, 1, 2 and 4 seconds apart, before it is left to `reconcile`. */
const ATTEMPTS = 3

/**
 * Of the instances that an event calls running and the fleet does not show, those that EC2 may show later: unknown to it,
 * or in the stage's network without a single tag. All others are somebody else's.
 */
export async function unknownTo(
  parts: Pick<RoundParts, 'instances' | 'vpcId'>,
  hints: Hint[],
  seen: Instance[],
): Promise<Set<string>> {
  const shown = new Set(seen.map(({ id }) => id))
  const missing = hints.filter(
    (hint) => hint.kind === 'state' && hint.state === 'running' && !shown.has(hint.instanceId),
  )
  if (missing.length === 0) return new Set()
  const ids = new Set(missing.map(({ instanceId }) => instanceId))
  for (const { id, vpcId, tags } of await parts.instances.confirm([...ids]))
    if (vpcId !== parts.vpcId || Object.keys(tags).length > 0) ids.delete(id)
  return ids
}

/**
 * Hints about states to look at again: EC2's reads lag behind its events, or Consul did not take the write. No more than
 * a few times and never as a failed message: the next round over the fleet does the same.
 */
export function lookAgain(hints: Hint[], belief: Belief, unfinished: Set<string>): StateHint[] {
  const states = hints.filter((hint) => hint.kind === 'state' && hint.attempt < ATTEMPTS) as StateHint[]
  const needed = states.filter(
    (hint) => unfinished.has(hint.instanceId) || belief.lagging.has(hint.instanceId),
  )
  return [...new Map(needed.map((hint) => [hint.instanceId, hint])).values()]
}
