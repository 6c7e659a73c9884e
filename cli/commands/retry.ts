import { Command } from 'commander'
import { InvalidInput } from '../../core/errors.ts'
import { type GlobalOptions, openContext } from '../context.ts'
import { findExecution } from '../find-execution.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

/** `nanofleet retry <execution>` */
export function retry(): Command {
  return new Command('retry')
    .description('start a new run with the input of an earlier one')
    .argument('<name>', 'name or ARN of the earlier run')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExample:\n  nanofleet retry web-20260131-120000-000')
    .action(async (name: string, options: StartOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const earlier = await findExecution(context.workflows(), name)
      if (earlier.status === 'RUNNING')
        throw new InvalidInput(
          name,
          'this run has not ended',
          `follow it with "nanofleet executions ${name}"`,
        )
      const input = (earlier.input ?? {}) as Record<string, unknown>
      const subject = typeof input.app === 'string' ? input.app : ''
      context.output.result(await startWorkflow(context, earlier.workflow, subject, input, options))
    })
}
