import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import { StepFunctionsExecutions } from '../../adapters/aws/step-functions.ts'
import { executionName } from '../../core/base/execution-name.ts'
import { TAG } from '../../core/base/names.ts'
import type { Context } from '../context.ts'

/** An app of the stage, in whatever state. */
export interface AppState {
  app: string
  /** `unfinished`: it has stacks, but no deployment has succeeded or its removal stopped halfway. */
  state: 'deployed' | 'unfinished' | 'absent'
  /** The run that holds its lock. */
  lock?: { execution: string; since: string; over: boolean }
}

/** Every app that is deployed, has stacks, or has a run that works on it. */
export async function appStates(context: Context): Promise<AppState[]> {
  const [deployed, stacks, held] = await Promise.all([
    context.releases().deployedApps(),
    new CloudFormationStacks(context.cloudFormation()).tagged({ [TAG.stage]: context.stage }),
    new DynamoLockTable(context.documents(), context.table).held(),
  ])
  const standing = new Set(stacks.flatMap(({ tags }) => tags[TAG.app] ?? []))
  const executions = new StepFunctionsExecutions(context.stepFunctions())
  const locks = new Map(
    await Promise.all(
      held.map(async ({ app, owner, since }) => {
        const over = !(await executions.runs(owner))
        return [app, { execution: executionName(owner), since, over }] as const
      }),
    ),
  )
  return [...new Set([...deployed, ...standing, ...locks.keys()])].sort().map((app): AppState => {
    const lock = locks.get(app)
    const state = deployed.includes(app) ? 'deployed' : standing.has(app) ? 'unfinished' : 'absent'
    return { app, state, ...(lock ? { lock } : {}) }
  })
}
