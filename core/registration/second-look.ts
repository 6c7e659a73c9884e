import { type Instance, isServer, isService } from '../base/instances.ts'
import type { Hint, StateHint } from './hints.ts'
import type { RoundParts } from './round.ts'

/** Looks at an instance, after 1, 2 and 4 seconds, before it is left to `reconcile`. */
const ATTEMPTS = 3

/**
 * Instances that an event calls running but the fleet does not show: not yet in EC2's answers, or somebody
 * else's.
 */
export function unseen(hints: Hint[], seen: Instance[]): Set<string> {
  const shown = new Set(seen.map(({ id }) => id))
  const starts = hints.filter((hint) => hint.kind === 'state' && hint.state === 'running')
  return new Set(starts.map(({ instanceId }) => instanceId).filter((id) => !shown.has(id)))
}

/**
 * Before the fleet is read, asks EC2 by id about instances that the fleet did not show when their event came:
 * so foreign ones cost only one call each time. If the batch holds other hints as well, the fleet has to be
 * read anyway and its answer serves for all: instances still missing from it are looked at again.
 * @returns the hints without theirs, unless they are ours by now; and the ids of those that may become ours
 */
export async function sift(
  parts: Pick<RoundParts, 'instances' | 'vpcId'>,
  hints: Hint[],
): Promise<{ open: Hint[]; maybe: Set<string> }> {
  if (!hints.every(wasUnseen)) return { open: hints, maybe: new Set() }
  const ids = new Set(hints.map(({ instanceId }) => instanceId))
  const found = ids.size > 0 ? await parts.instances.confirm([...ids]) : []
  const own = found.filter(({ vpcId }) => vpcId === parts.vpcId)
  const ours = new Set(own.filter((each) => isService(each) || isServer(each)).map(({ id }) => id))
  // One without any tag may still get ours; one unknown to EC2 may be shown later.
  const untagged = new Set(own.filter(({ tags }) => Object.keys(tags).length === 0).map(({ id }) => id))
  const known = new Set(found.map(({ id }) => id))
  return {
    open: hints.filter(({ instanceId }) => ours.has(instanceId)),
    maybe: new Set([...ids].filter((id) => untagged.has(id) || !known.has(id))),
  }
}

const wasUnseen = (hint: Hint): boolean => hint.kind === 'state' && hint.unseen === true

/**
 * Hints about states to look at again, because EC2's reads lag behind its events or Consul did not take the
 * write. Only a few times and never as a failed message: the next round over the fleet does the same.
 */
export function lookAgain(hints: Hint[], late: Set<string>, unseen: Set<string>): StateHint[] {
  const needed = hints.flatMap((hint) => {
    const { instanceId } = hint
    if (hint.kind !== 'state' || hint.attempt >= ATTEMPTS) return []
    if (unseen.has(instanceId)) return [{ ...hint, unseen: true }]
    return late.has(instanceId) ? [{ ...hint, unseen: false }] : []
  })
  return [...new Map(needed.map((hint) => [hint.instanceId, hint])).values()]
}
