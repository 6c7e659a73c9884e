import type { Command } from 'commander'
import type { Execution } from '../../adapters/aws/executions.ts'
import { InvalidInput, ServiceFailure } from '../../core/base/errors.ts'
import { type DeployPlan, hasChanges } from '../../core/deploy/deploy-plan.ts'
import { costOf } from '../../core/prices/bill.ts'
import { isFile, nameOrFile, names, positiveNumber } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { nameList } from '../data-names.ts'
import { EXIT } from '../exit-codes.ts'
import { type PlanInput, readPlan, writePlan } from '../plan-file.ts'
import { readPrices } from '../price-file.ts'
import { pushFirst } from '../push-first.ts'
import { loadStatus, showStatus } from '../show-status.ts'
import { type StartOptions, startAsking } from '../start-asking.ts'
import { planText } from '../text/plan-text.ts'

interface DeployOptions extends StartOptions {
  release?: number
  dryRun?: true
  detailedExitcode?: true
  out?: string
  plan?: string
  replaceData?: string[]
  push: boolean
}

const EXAMPLES = `
Examples:
  nanofleet deploy web
  nanofleet deploy boutique cartservice frontend   only these two; the others stay as they run
  nanofleet deploy web --dry-run         what would change, why, and what it costs
  nanofleet deploy web --dry-run --out web.plan   the same; then, when somebody has read it:
  nanofleet deploy --plan web.plan       exactly that, or nothing if something moved meanwhile
  nanofleet deploy web --dry-run --detailed-exitcode   10 if there is something to do, 0 if not
  nanofleet deploy web --release 3       back to a release that is kept, with its images
  nanofleet deploy web --replace-data Orders   although the table Orders loses its rows
  nanofleet --stage dev deploy web --no-push --no-wait
  nanofleet --stage dev deploy ./app.yml          a whole app in one file, from images that the stage has built`

/** `nanofleet deploy <app|file> [services...]` */
export function deploy(command: Command, open: Open): void {
  command
    .argument(
      '[app]',
      'the app, or a file that is the whole app: ./app.yml; not needed with --plan',
      nameOrFile,
    )
    .argument('[services...]', 'only these services; the others stay as they run', names)
    .option('--release <number>', 'go to this kept release instead', positiveNumber)
    .option('--dry-run', 'show what would change and what it costs')
    .option('--detailed-exitcode', 'with --dry-run: end with 10 if there is something to do')
    .option('--out <file>', 'with --dry-run: write the plan to this file')
    .option('--plan <file>', 'carry out this plan, unless something moved since it was made')
    .option(
      '--replace-data <names>',
      'what may be replaced or deleted with its data: Orders,Pictures',
      nameList,
    )
    .option('--no-push', 'deploy what was pushed last instead of this checkout')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string | undefined, services: string[], options: DeployOptions, self: Command) => {
      if (app === undefined && options.plan === undefined)
        self.error("error: missing required argument 'app'", { code: 'commander.missingArgument' })
      refuseContradictions(options, services)
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      if (app !== undefined && isFile(app)) {
        refuseForFile(app, options, services)
        const { deployFile } = await import('../deploy-file.ts')
        const { dryRun = false, replaceData } = options
        const wish = { dryRun, ...(replaceData && { replaceData }) }
        return await show(context, options, await deployFile(context, app, wish, options))
      }
      const input = wanted(context, app, services, options)
      if (options.push && options.release === undefined && options.plan === undefined)
        await pushFirst(context, [input.app])
      if (!options.dryRun && options.release === undefined) {
        const { refuseUnset } = await import('../stage/unset-secrets.ts')
        await refuseUnset(context, input.app, services)
      }
      const asked = options.dryRun ? { ...input, dryRun: true } : input
      await show(context, options, { input, run: startAsking(context, input.app, asked, options) })
    })
}

/** @throws {InvalidInput} for options of an app that was pushed */
function refuseForFile(file: string, { release, push, plan }: DeployOptions, services: string[]): void {
  const remedy = 'leave it out, or name the app instead of its file'
  if (plan !== undefined)
    throw new InvalidInput('--plan', `does not go with ${file}`, 'the plan says all of it')
  if (release !== undefined) throw new InvalidInput('--release', `does not go with ${file}`, remedy)
  if (services.length > 0)
    throw new InvalidInput(
      services.join(' '),
      `does not go with ${file}, which is the whole app`,
      'leave it out',
    )
  if (!push) throw new InvalidInput('--no-push', `does not go with ${file}`, remedy)
}

/** @throws {InvalidInput} */
function refuseContradictions(options: DeployOptions, services: string[]): void {
  const { plan, dryRun, release, replaceData, wait } = options
  for (const [option, given] of [
    ['--out', options.out],
    ['--detailed-exitcode', options.detailedExitcode],
  ])
    if (given !== undefined && (!dryRun || !wait))
      throw new InvalidInput(`${option}`, 'goes only with --dry-run, and not with --no-wait')
  const other = { '--dry-run': dryRun, '--release': release, '--replace-data': replaceData }
  const [contradicts] = Object.entries(other).flatMap(([option, given]) =>
    given === undefined ? [] : option,
  )
  if (plan !== undefined && contradicts !== undefined)
    throw new InvalidInput('--plan', `does not go with ${contradicts}`, 'the plan says all of it')
  if (services.length === 0) return
  if (plan !== undefined)
    throw new InvalidInput('--plan', 'does not go with services', 'the plan says all of it')
  if (release !== undefined)
    throw new InvalidInput('--release', 'does not go with services', 'going back takes the whole app')
}

function wanted(
  context: Context,
  app: string | undefined,
  services: string[],
  { plan, release, replaceData }: DeployOptions,
): PlanInput & Record<string, unknown> {
  if (plan === undefined)
    return {
      app: app ?? '',
      ...(services.length > 0 && { services: [...new Set(services)] }),
      ...(release !== undefined && { release }),
      ...(replaceData && { replaceData }),
    }
  const input = readPlan(plan, context)
  if (app !== undefined && app !== input.app)
    throw new InvalidInput(plan, `is a plan for ${input.app}, not for ${app}`)
  return input
}

function showPlan(context: Context, input: PlanInput, plan: DeployPlan, options: DeployOptions): void {
  const cost = costOf(readPrices(), context.region, plan.bill.before, plan.bill.after)
  if (options.out !== undefined) {
    writePlan(options.out, context, input, plan, cost)
    context.output.note(`wrote ${options.out}; to carry it out: ${carryOut(context, options.out)}`)
  }
  context.output.result({ ...plan, cost }, planText(plan, cost))
  if (options.detailedExitcode && hasChanges(plan)) process.exitCode = EXIT.changes
}

const carryOut = ({ stage }: Context, file: string): string =>
  `nanofleet --stage ${stage} deploy --plan ${file}`

/** What is shown needs code of its own, which is loaded while the run goes on. */
async function show(
  context: Context,
  options: DeployOptions,
  { input, run: started }: { input: PlanInput; run: Promise<Execution> },
): Promise<void> {
  const { wait, dryRun } = options
  const [run] = await Promise.all([started, wait && !dryRun && loadStatus()])
  if (!wait) return context.output.result(run)
  if (dryRun) return showPlan(context, input, planOf(run), options)
  const { left = [] } = Object(run.output) as { left?: string[] }
  if (left.length > 0)
    context.output.note(`warning: ${left.join(', ')} could not be deleted and is still kept; look in AWS why`)
  await showStatus(context, [input.app], run)
}

/** @throws {ServiceFailure} if a dry run ended without a plan */
function planOf({ name: execution, output }: Execution): DeployPlan {
  const { plan } = Object(output) as { plan?: DeployPlan }
  if (plan?.bill) return plan
  throw new ServiceFailure(`${execution}: the dry run gave no plan; deploy the control plane again`)
}
