import { progress, type StackStep } from './bring-stack.ts'
import type { Stacks } from './stacks.ts'

/** Seconds before each look, two in all: a change of just groups and a parameter is done by then. */
const LOOKS_SECONDS = [0.2, 0.3, 0.5, 1]

/**
 * Polls closely whether a stack's latest change is done: a workflow can only wait whole seconds, and pays for
 * each round. A change that is not done is left to the workflow; one that failed, to the look that reports
 * the reason.
 */
export async function lookClosely(
  stacks: Pick<Stacks, 'find'>,
  begun: StackStep,
  sleep: (seconds: number) => Promise<unknown>,
): Promise<StackStep> {
  if (begun.next !== 'wait') return begun
  try {
    for (const seconds of LOOKS_SECONDS) {
      await sleep(seconds)
      const state = progress((await stacks.find(begun.stack))?.status, begun.until)
      if (state === 'reached') return { ...begun, next: begun.until === 'idle' ? 'apply' : 'go-on' }
      if (state === 'failed') return begun
    }
  } catch {
    // The change is under way whatever a look says; if the problem lasts, the workflow's own look meets it.
  }
  return begun
}
