import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { InvalidInput, ServiceFailure } from '../../core/base/errors.ts'
import type { DeployPlan } from '../../core/deploy/deploy-plan.ts'
import { isFile, nameOrFile, positiveNumber } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { nameList } from '../data-names.ts'
import { pushFirst } from '../push-first.ts'
import { loadStatus, showStatus } from '../show-status.ts'
import { type StartOptions, startAsking } from '../start-asking.ts'
import { planText } from '../text/plan-text.ts'

interface DeployOptions extends StartOptions {
  release?: number
  dryRun?: true
  replaceData?: string[]
  push: boolean
}

const EXAMPLES = `
Examples:
  nanofleet deploy web
  nanofleet deploy web --dry-run         what would change, and why
  nanofleet deploy web --release 3       back to a release that is kept, with its images
  nanofleet deploy web --replace-data Orders   although the table Orders loses its rows
  nanofleet --stage dev deploy web --no-push --no-wait
  nanofleet --stage dev deploy ./app.yml          a whole app in one file, from images that the stage has built`

/** `nanofleet deploy <app|file>` */
export function deploy(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app, or a file that is the whole app: ./app.yml', nameOrFile)
    .option('--release <number>', 'go to this kept release instead', positiveNumber)
    .option('--dry-run', 'show what would change')
    .option(
      '--replace-data <names>',
      'what may be replaced or deleted with its data: Orders,Pictures',
      nameList,
    )
    .option('--no-push', 'deploy what was pushed last instead of this checkout')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, options: DeployOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const kind = options.dryRun ? { dryRun: true } : {}
      const data = options.replaceData ? { replaceData: options.replaceData } : {}
      if (isFile(app)) {
        refuseForFile(app, options)
        const { deployFile } = await import('../deploy-file.ts')
        return await show(context, options, await deployFile(context, app, { ...kind, ...data }, options))
      }
      if (options.push && options.release === undefined) await pushFirst(context, [app])
      const release = options.release === undefined ? {} : { release: options.release }
      const run = startAsking(context, app, { app, ...release, ...kind, ...data }, options)
      await show(context, options, { app, run })
    })
}

/** @throws {InvalidInput} for options of an app that was pushed */
function refuseForFile(file: string, { release, push }: DeployOptions): void {
  const remedy = 'leave it out, or name the app instead of its file'
  if (release !== undefined) throw new InvalidInput('--release', `does not go with ${file}`, remedy)
  if (!push) throw new InvalidInput('--no-push', `does not go with ${file}`, remedy)
}

/** What is shown needs code of its own, which is loaded while the run goes on. */
async function show(
  context: Context,
  { wait, dryRun }: DeployOptions,
  { app, run: started }: { app: string; run: Promise<Execution> },
): Promise<void> {
  const [run] = await Promise.all([started, wait && !dryRun && loadStatus()])
  if (!wait) return context.output.result(run)
  if (dryRun) {
    const plan = planOf(run)
    return context.output.result(plan, planText(plan))
  }
  const { left = [] } = Object(run.output) as { left?: string[] }
  if (left.length > 0)
    context.output.note(`warning: ${left.join(', ')} could not be deleted and is still kept; look in AWS why`)
  await showStatus(context, [app], run)
}

/** @throws {ServiceFailure} if a dry run ended without a plan */
function planOf({ name: execution, output }: Execution): DeployPlan {
  const { plan } = Object(output) as { plan?: DeployPlan }
  if (plan) return plan
  throw new ServiceFailure(`${execution}: the dry run gave no plan; deploy the control plane again`)
}
