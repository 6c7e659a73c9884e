import { progress, type StackStep } from './bring-stack.ts'
import type { Stacks } from './stacks.ts'

/** Seconds before each look, two in all: what has only groups and a parameter to change is done by then. */
const LOOKS_SECONDS = [0.2, 0.3, 0.5, 1]

/**
 * Looks closely whether what has just been asked of a stack is done: a workflow waits for whole seconds only,
 * and pays for each round. What is not done is left to the workflow, and what went wrong to the look that
 * tells the reason.
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
    // The change is under way whatever a look says; the workflow's own look meets the trouble if it lasts.
  }
  return begun
}
