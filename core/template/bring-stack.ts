import type { Template } from '../base/cloudformation.ts'
import { NanofleetError } from '../base/errors.ts'
import { pause } from '../base/pause.ts'
import { stackChange } from './stack-change.ts'
import type { Stacks, StackView } from './stacks.ts'
import { templateText } from './text.ts'

/** A stack could not be brought to its template, or could not be deleted. */
export class StackFailure extends NanofleetError {}

/** The way of one stack through a workflow; small, as it goes from state to state. */
export interface StackStep {
  stack: string
  /** `go-on`: as wanted. `apply`: free for the template now. `wait`: ask again after `seconds`. */
  next: 'go-on' | 'apply' | 'wait'
  /** What is waited for: the template in place, whatever runs now to end, or the stack to be gone. */
  until: 'ready' | 'idle' | 'gone'
  checks: number
  seconds: number
}

export interface WantedStack {
  name: string
  template: Template
  parameters: Record<string, string>
  tags: Record<string, string>
}

const step = (stack: string, until: StackStep['until'], next: StackStep['next'] = 'wait'): StackStep => ({
  stack,
  next,
  until,
  checks: 0,
  seconds: pause(0),
})

/**
 * Starts what brings the template to the stack; an equal stack is left alone, one that another run left at
 * work is waited for, one whose creation failed is deleted first.
 * @throws {InvalidInput} when the template is too large for a stack
 */
export async function bringStack(stacks: Stacks, wanted: WantedStack): Promise<StackStep> {
  const { name, parameters, tags } = wanted
  const input = { name, template: templateText(name, wanted.template), parameters, tags }
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

/** Starts the deletion of a stack; one that is not there is gone. */
export async function removeStack(stacks: Stacks, name: string): Promise<StackStep> {
  const view = await stacks.find(name)
  if (view === undefined || view.status === 'DELETE_COMPLETE') return step(name, 'gone', 'go-on')
  if (view.status.endsWith('_IN_PROGRESS') && view.status !== 'DELETE_IN_PROGRESS') return step(name, 'idle')
  if (view.status !== 'DELETE_IN_PROGRESS') await stacks.remove(name)
  return step(name, 'gone')
}

/**
 * Looks whether what a step waits for has come.
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

/** The stack with its template as it stands, or undefined when there is none that works. */
export async function standingStack(stacks: Stacks, view: StackView | undefined) {
  if (!view || approach(view.status) === 'create' || approach(view.status) === 'replace') return undefined
  const text = await stacks.template(view.name)
  if (text === undefined) return undefined
  return { status: view.status, template: JSON.parse(text) as Template, parameters: view.parameters }
}

/**
 * Whether what is waited for has come (CloudFormation User Guide, "Stack status codes"). A rolled-back update
 * is a failure although the stack works.
 */
export function progress(
  status: string | undefined,
  until: StackStep['until'],
): 'reached' | 'underway' | 'failed' {
  const gone = status === undefined || status === 'DELETE_COMPLETE'
  if (gone) return until === 'ready' ? 'failed' : 'reached'
  if (status.endsWith('_IN_PROGRESS')) {
    // It works already; only what the update replaced is still being removed.
    const works = status === 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS' && until === 'ready'
    return works ? 'reached' : 'underway'
  }
  if (until === 'idle') return 'reached'
  if (until === 'gone') return 'failed'
  return status === 'CREATE_COMPLETE' || status === 'UPDATE_COMPLETE' ? 'reached' : 'failed'
}

/** What can be done with a stack in this status. */
function approach(status: string | undefined): 'create' | 'update' | 'wait' | 'replace' {
  if (status === undefined || status === 'DELETE_COMPLETE') return 'create'
  if (status === 'REVIEW_IN_PROGRESS') return 'replace'
  if (status.endsWith('_IN_PROGRESS')) return 'wait'
  // What was never whole, or is not any more, takes no update.
  return /^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status)
    ? 'replace'
    : 'update'
}
