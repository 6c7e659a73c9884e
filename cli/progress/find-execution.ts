import type { Execution, Workflows } from '../../adapters/aws/executions.ts'
import { NotFound } from '../../core/base/errors.ts'

/** Every workflow of a stage. `service` is the child that others start, one per service. */
export const WORKFLOWS = [
  'build',
  'deploy',
  'service',
  'scale',
  'restart',
  'job',
  'teardown',
  'clean-amis',
  'rotate-secrets',
] as const

/**
 * The run with this ARN or name.
 * @throws NotFound when no workflow of the stage has such a run
 */
export async function findExecution(workflows: Workflows, name: string): Promise<Execution> {
  if (name.startsWith('arn:')) return workflows.describe(name)
  for (const workflow of WORKFLOWS) {
    const arn = `${workflows.machine(workflow).replace(':stateMachine:', ':execution:')}:${name}`
    const found = await workflows.describe(arn).catch((error: unknown) => {
      if (error instanceof NotFound) return undefined
      throw error
    })
    if (found) return found
  }
  throw new NotFound(`No workflow has a run named ${name}; "nanofleet executions" lists the latest`)
}
