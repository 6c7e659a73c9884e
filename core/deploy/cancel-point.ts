/** A run under way, as far as it matters for stopping it. */
export interface CancelView {
  arn: string
  workflow: string
  /** It has failed already and puts back what it changed, or frees its lock. */
  ending: boolean
  /** The runs that it has started and that are under way. */
  started: CancelView[]
}

/** They hold nothing that would have to be put back: an image is built or removed, or it is not. The instance
 * of a job that was stopped is ended by `sweep-jobs`. */
const HOLDS_NOTHING = ['build', 'clean-amis', 'job']

/** What a run may lose at any time; `service` keeps no state, the next run goes on with what it finds. */
const STOPPABLE = [...HOLDS_NOTHING, 'service']

/**
 * The runs to stop now so that this one ends and tidies up by itself. Stopping a child fails the state that
 * waits for it, and its parent goes the way of any failure. A run with a lock is never stopped itself: nobody
 * would put back what it changed. None means that it is between two such points, as in the middle of a stack,
 * or is ending already.
 * @returns their ARNs
 */
export function safeToStop(run: CancelView): string[] {
  if (HOLDS_NOTHING.includes(run.workflow)) return [run.arn]
  return run.ending ? [] : run.started.flatMap(inside)
}

const inside = (child: CancelView): string[] =>
  STOPPABLE.includes(child.workflow) ? [child.arn] : safeToStop(child)
