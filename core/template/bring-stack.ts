import type { Template } from '../base/cloudformation.ts'
import { NanofleetError } from '../base/errors.ts'
import { pause } from '../base/pause.ts'
import { stackChange } from './stack-change.ts'
import type { StackInput, Stacks, StackView } from './stacks.ts'
import { templateText } from './text.ts'

/** A stack could not be brought to its template, or could not be deleted. */
export class StackFailure extends NanofleetError {}

/** One stack's progress through a workflow; small, because it passes from state to state. */
export interface StackStep {
  stack: string
  /** `go-on`: as wanted. `apply`: free for the template now. `wait`: ask again after `seconds`. */
  next: 'go-on' | 'apply' | 'wait'
  /** What to wait for: the template is in place, the current operation has ended, or the stack is gone. */
  until: 'ready' | 'idle' | 'gone'
  checks: number
  seconds: number
}

/** A stack as it should be. */
export interface WantedStack extends Omit<StackInput, 'template'> {
  template: Template
}

const step = (stack: string, until: StackStep['until'], next: StackStep['next'] = 'wait'): StackStep => ({
  stack,
  next,
  until,
  checks: 0,
  seconds: pause(0),
})

/**
 * Starts bringing the stack to the template. An equal stack is left alone; one with an operation under way
 * from another run is waited for; one whose creation failed is deleted first.
 * @throws {InvalidInput} when the template is too large for a stack
 */
export async function bringStack(stacks: Stacks, wanted: WantedStack): Promise<StackStep> {
  const { name } = wanted
  const input = { ...wanted, template: templateText(name, wanted.template) }
  const view = await stacks.find(name)
  switch (approach(view?.status)) {
    case 'create':
      await stacks.create(input)
      return step(name, 'ready')
    case 'replace':
      await stacks.remove(name)
      return step(name, 'idle')
    case 'wait':
      return step(name, 'idle')
    case 'update': {
      const standing = await standingStack(stacks, view)
      if (stackChange(standing, wanted).action === 'unchanged') return step(name, 'ready', 'go-on')
      return (await stacks.update(input)) ? step(name, 'ready') : step(name, 'ready', 'go-on')
    }
  }
}

/** Starts deleting a stack; one that does not exist counts as gone. */
export async function removeStack(stacks: Stacks, name: string): Promise<StackStep> {
  const view = await stacks.find(name)
  if (view === undefined || view.status === 'DELETE_COMPLETE') return step(name, 'gone', 'go-on')
  const isBusy = view.status.endsWith('_IN_PROGRESS') && !/^(DELETE|REVIEW)_/.test(view.status)
  if (isBusy) return step(name, 'idle')
  if (view.status !== 'DELETE_IN_PROGRESS') await stacks.remove(name)
  return step(name, 'gone')
}

/**
 * Checks whether what a step waits for has happened.
 * @throws {StackFailure} with the first resource that failed and CloudFormation's reason
 */
export async function checkStack(stacks: Stacks, last: StackStep): Promise<StackStep> {
  const view = await stacks.find(last.stack)
  const state = progress(view?.status, last.until)
  if (state === 'failed') {
    const reason = (view && (await stacks.firstFailure(view.id))) ?? view?.status ?? 'it is gone'
    throw new StackFailure(`stack ${last.stack}: ${reason}`)
  }
  if (state === 'reached') return { ...last, next: last.until === 'idle' ? 'apply' : 'go-on' }
  const checks = last.checks + 1
  return { ...last, next: 'wait', checks, seconds: pause(checks) }
}

/** The stack with its current template, or undefined if there is none that works. */
export async function standingStack(stacks: Stacks, view: StackView | undefined) {
  if (!view || approach(view.status) === 'create' || approach(view.status) === 'replace') return undefined
  const text = await stacks.template(view.name)
  if (text === undefined) return undefined
  return { status: view.status, template: JSON.parse(text) as Template, parameters: view.parameters }
}

/**
 * Whether what is waited for has happened (CloudFormation User Guide, "Stack status codes"). A rolled-back
 * update is a failure, although the stack works.
 */
export function progress(
  status: string | undefined,
  until: StackStep['until'],
): 'reached' | 'underway' | 'failed' {
  const gone = status === undefined || status === 'DELETE_COMPLETE'
  if (gone) return until === 'ready' ? 'failed' : 'reached'
  if (status.endsWith('_IN_PROGRESS')) {
    // It already works; only what the update replaced is still being removed.
    const works = status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' && until === 'ready'
    return works ? 'reached' : 'underway'
  }
  if (until === 'idle') return 'reached'
  if (until === 'gone') return 'failed'
  return /^(CREATE|UPDATE|IMPORT)_COMPLETE$/.test(status) ? 'reached' : 'failed'
}

/** What can be done with a stack in this status. */
function approach(status: string | undefined): 'create' | 'update' | 'wait' | 'replace' {
  if (status === undefined || status === 'DELETE_COMPLETE') return 'create'
  if (status === 'REVIEW_IN_PROGRESS') return 'replace'
  if (status.endsWith('_IN_PROGRESS')) return 'wait'
  // A stack that was never complete, or no longer is, cannot be updated.
  return /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status)
    ? 'replace'
    : 'update'
}
