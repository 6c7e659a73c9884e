import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { DeployPlan } from '../../core/deploy/deploy-plan.ts'
import { costOf } from '../../core/prices/bill.ts'
import { name, positiveNumber } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { nameList } from '../data-names.ts'
import { readPrices } from '../price-file.ts'
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
  nanofleet --stage dev deploy web --no-push --no-wait`

/** `nanofleet deploy <app>` */
export function deploy(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
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
      if (options.push && options.release === undefined) await pushFirst(context, [app])
      const input = {
        app,
        ...(options.release === undefined ? {} : { release: options.release }),
        ...(options.dryRun ? { dryRun: true } : {}),
        ...(options.replaceData ? { replaceData: options.replaceData } : {}),
      }
      const showsStatus = options.wait && !options.dryRun
      const started = startAsking(context, app, input, options)
      const [run] = await Promise.all([started, showsStatus && loadStatus()])
      if (!options.wait) return context.output.result(run)
      if (options.dryRun) {
        const plan = planOf(run)
        const cost = costOf(readPrices(), context.region, plan.bill.before, plan.bill.after)
        return context.output.result({ ...plan, cost }, planText(plan, cost))
      }
      const { left = [] } = Object(run.output) as { left?: string[] }
      if (left.length > 0)
        context.output.note(
          `warning: ${left.join(', ')} could not be deleted and is still kept; look in AWS why`,
        )
      await showStatus(context, [app], run)
    })
}

/** @throws {ServiceFailure} if a dry run ended without a plan */
function planOf({ name: execution, output }: Execution): DeployPlan {
  const { plan } = Object(output) as { plan?: DeployPlan }
  if (plan) return plan
  throw new ServiceFailure(`${execution}: the dry run gave no plan; deploy the control plane again`)
}
