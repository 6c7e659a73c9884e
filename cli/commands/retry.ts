import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { findExecution } from '../progress/find-execution.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

/** `nanofleet retry <execution>` */
export function retry(command: Command, open: Open): void {
  command
    .argument('<name>', 'name or ARN of the earlier run')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExample:\n  nanofleet retry web-20260131-120000-000')
    .action(async (name: string, options: StartOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const earlier = await findExecution(context.workflows(), name)
      const input = Object(earlier.input) as Record<string, unknown>
      refuse(earlier, input)
      const subject = typeof input.app === 'string' ? input.app : ''
      context.output.result(await startWorkflow(context, earlier.workflow, subject, input, options))
    })
}

/** @throws {InvalidInput} for a run that has not ended, or that only its parent may start */
function refuse({ status, workflow, name }: Execution, input: Record<string, unknown>): void {
  if (status === 'RUNNING')
    throw new InvalidInput(name, 'this run has not ended', `follow it with "nanofleet executions ${name}"`)
  // It runs under the lock of the run that started it.
  if (workflow === 'service' || 'heldBy' in input)
    throw new InvalidInput(name, 'another run started this one', 'retry that one')
}
