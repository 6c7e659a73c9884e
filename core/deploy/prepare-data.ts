import { bringStack, StackFailure, type StackStep, standingStack } from '../template/bring-stack.ts'
import type { Stacks } from '../template/stacks.ts'
import { withKeptData, wouldBeDeleted } from './teardown-plan.ts'

export interface DataPorts {
  stacks: Stacks
  /** Deletes every object; a bucket that does not exist counts as empty. */
  buckets: { empty(bucket: string): Promise<void> }
}

/**
 * Makes an app's own stack ready to be deleted: kept data gets the policy to stay, and the other buckets are
 * emptied, because CloudFormation only deletes empty ones.
 * @throws {StackFailure} when CloudFormation has nothing to do although kept data would go with the stack
 */
export async function prepareData(
  { stacks, buckets }: DataPorts,
  stack: string,
  data: 'keep' | 'delete',
): Promise<StackStep> {
  const view = await stacks.find(stack)
  const ready: StackStep = { stack, next: 'go-on', until: 'ready', checks: 0, seconds: 0 }
  const standing = await standingStack(stacks, view)
  if (!view || !standing) return ready
  if (data === 'delete') {
    for (const bucket of await stacks.resources(stack, 'AWS::S3::Bucket')) await buckets.empty(bucket)
    return ready
  }
  const { parameters, tags } = view
  const wanted = { name: stack, template: withKeptData(standing.template), parameters, tags }
  const step = await bringStack(stacks, wanted)
  if (step.next === 'go-on') await refuseLoss(stacks, stack)
  return step
}

/** What counts is the template of the stack, not the one that CloudFormation was asked for. */
async function refuseLoss(stacks: Stacks, stack: string): Promise<void> {
  const standing = await standingStack(stacks, await stacks.find(stack))
  const lost = wouldBeDeleted(standing?.template)
  if (lost.length === 0) return
  throw new StackFailure(
    `stack ${stack}: CloudFormation did not take over that ${lost.join(', ')} is kept; nothing was deleted`,
  )
}
