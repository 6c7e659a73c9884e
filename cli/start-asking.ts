import type { Execution } from '../adapters/aws/executions.ts'
import type { DeployPlan } from '../core/deploy/deploy-plan.ts'
import { lossText } from '../core/deploy/losses.ts'
import { canAsk } from './ask.ts'
import type { Context } from './context.ts'
import { typeNames } from './data-names.ts'
import { WorkflowFailed } from './exit-codes.ts'
import { type StartOptions, startWorkflow } from './start.ts'

export type { StartOptions }

/** Starts a deployment with this input, and follows it. */
type Start = (input: Record<string, unknown>) => Promise<Execution>

/**
 * A deployment that would lose data ends before it touches anything; a person may then name what goes.
 * @param start how it starts; `deploy` with this input when absent
 */
export async function startAsking(
  context: Context,
  app: string,
  input: Record<string, unknown>,
  options: StartOptions,
  start: Start = (given) => startWorkflow(context, 'deploy', app, given, options),
): Promise<Execution> {
  try {
    return await start(input)
  } catch (error) {
    const refused = error instanceof WorkflowFailed && error.run.error === 'DataAtRisk' && error.run
    if (!refused || !canAsk()) throw error
    const { RunFiles } = await import('../adapters/aws/run-files.ts')
    const plan = await new RunFiles(context.s3(), context.bucket).read(refused.name, 'deploy')
    const losses = (plan as DeployPlan).losses.map((loss) => ({
      name: loss.name,
      text: lossText(loss),
      ...(loss.fate === 'set aside' && { to: 'set it aside' }),
    }))
    const replaceData = await typeNames(`deploy ${app}`, losses)
    return await start({ ...input, replaceData })
  }
}
