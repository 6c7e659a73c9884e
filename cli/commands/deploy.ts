import { Command, InvalidArgumentError } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { pushFirst } from '../push-first.ts'
import { type StartOptions, startWorkflow } from '../start.ts'
import { showStatus } from '../status.ts'

interface DeployOptions extends StartOptions {
  release?: number
  dryRun?: true
  push: boolean
}

/** `nanofleet deploy <app>` */
export function deploy(): Command {
  return new Command('deploy')
    .description('build what is missing, then bring the app to what its manifest says')
    .argument('<app>', 'the app')
    .option('--release <number>', 'go to this kept release instead', wholeNumber)
    .option('--dry-run', 'show what would change')
    .option('--no-push', 'deploy what was pushed last, not what stands in this checkout')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText(
      'after',
      '\nExample:\n  nanofleet deploy web\n  nanofleet --stage dev deploy boutique --dry-run',
    )
    .action(async (app: string, options: DeployOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      if (options.push && options.release === undefined) await pushFirst(context, [app])
      const input = {
        app,
        ...(options.release === undefined ? {} : { release: options.release }),
        ...(options.dryRun ? { dryRun: true } : {}),
      }
      const run = await startWorkflow(context, 'deploy', app, input, options)
      if (!options.wait) return context.output.result(run)
      if (options.dryRun) return context.output.result(run.output, JSON.stringify(run.output, null, 2))
      await showStatus(context, [app], run)
    })
}

/** Parses an option's value. @throws InvalidArgumentError for what is no whole number from 0 on */
export function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text))
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no whole number from 0 on.`)
  return Number(text)
}
