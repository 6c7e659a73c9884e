import { appStack } from '../base/names.ts'
import { pause } from '../base/pause.ts'
import type { Stage } from '../base/stage.ts'
import { StackFailure, type StackStep, standingStack } from '../template/bring-stack.ts'
import type { ChangeSets, Stacks, StackView } from '../template/stacks.ts'
import { templateText } from '../template/text.ts'
import type { PlanKey } from './deploy-order.ts'
import type { DeployPlan } from './deploy-plan.ts'
import { type KeptBook, withTakenUp } from './kept-data.ts'

export interface TakeUpPorts {
  stage: Pick<Stage, 'name'>
  stacks: Stacks
  changeSets: Pick<ChangeSets, 'startImport'>
  kept: Pick<KeptBook, 'drop'>
  /** Where plans are stored. */
  runs: { read(execution: string, name: string): Promise<unknown> }
}

/**
 * Takes the kept data of a plan into the app's stack, one look at a time: starts the import, waits for it,
 * and drops the records once the stack has everything. An import that failed leaves the data as it was.
 * @param looks how often this run has looked before; the first look starts over
 * @throws {StackFailure} with CloudFormation's reason
 * @throws {InvalidInput} when CloudFormation refuses the import
 */
export async function takeUpData(
  { stage, stacks, changeSets, kept, runs }: TakeUpPorts,
  { plan: key, looks }: { plan: PlanKey; looks: number },
): Promise<StackStep> {
  const { app, takenUp, losses } = (await runs.read(key.execution, key.name)) as DeployPlan
  const name = appStack(stage.name, app)
  const step = (next: StackStep['next']): StackStep => ({
    stack: name,
    next,
    until: 'ready',
    checks: looks,
    seconds: pause(looks),
  })
  const view = await stacks.find(name)
  if (isBusy(view)) return step('wait')
  const parts = view ? await stacks.parts(name) : []
  const there = new Set(parts.map(({ id }) => id))
  const missing = takenUp.filter(({ id }) => !there.has(id))
  if (missing.length === 0) {
    // The record of what this deployment replaces at once says where it is.
    const goes = new Set(losses.map(({ id }) => id))
    await kept.drop(
      app,
      takenUp.filter(({ id }) => !goes.has(id)),
    )
    return step('go-on')
  }
  const failed = looks > 0 && view !== undefined && /^(IMPORT_)?ROLLBACK_/.test(view.status)
  const reason = failed ? ((await stacks.firstFailure(view.id)) ?? view.status) : ''
  const standing = await standingStack(stacks, view)
  // An import into a new stack that failed leaves one with nothing in it, which takes no update.
  // A run that restores goes back, and the way back removes it.
  const isEmpty = view !== undefined && (!standing || parts.length === 0)
  const goesBack = failed && takenUp.some(({ restored }) => restored !== undefined)
  if (isEmpty && !goesBack) await stacks.remove(name)
  if (failed) throw new StackFailure(`stack ${name}: its kept data could not be taken up: ${reason}`)
  if (isEmpty) return step('wait')
  const { wanted, resources } = withTakenUp(name, standing, missing)
  await changeSets.startImport({ ...wanted, template: templateText(name, wanted.template) }, resources)
  return step('wait')
}

/** A stack in review is one whose import never began. */
const isBusy = (view: StackView | undefined): boolean =>
  view?.status.endsWith('_IN_PROGRESS') === true && view.status !== 'REVIEW_IN_PROGRESS'
