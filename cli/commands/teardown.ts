import type { Command } from 'commander'
import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import type { Template } from '../../core/base/cloudformation.ts'
import { InvalidInput } from '../../core/base/errors.ts'
import { appStack } from '../../core/base/names.ts'
import { dataResources } from '../../core/deploy/teardown-plan.ts'
import { name } from '../arguments.ts'
import { ask, canAsk } from '../ask.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

type Data = 'keep' | 'delete'

interface TeardownOptions extends StartOptions {
  yes?: true
  keepData?: true
  deleteData?: true
}

const EXAMPLES = `
An app that another one requires is refused. What holds data (tables, buckets …) needs a decision.

Examples:
  nanofleet teardown web
  nanofleet teardown web --yes --delete-data`

/** `nanofleet teardown <app>` */
export function teardown(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--keep-data', "keep the app's tables and buckets")
    .option('--delete-data', "delete the app's tables and buckets with all they hold")
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, options: TeardownOptions, self: Command) => {
      const given = dataOption(options)
      if (!options.yes && !canAsk())
        throw new InvalidInput(`teardown ${app}`, 'stdin is not a terminal', 'pass --yes to confirm')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const data = given ?? (await askAboutData(context, app))
      if (!options.yes) await confirm(app, context.stage)
      const input = { app, confirm: app, ...(data ? { data } : {}) }
      const run = await startWorkflow(context, 'teardown', app, input, options)
      context.output.result(run, options.wait ? goneText(app, context.stage, run.output) : undefined)
    })
}

function dataOption({ keepData, deleteData }: TeardownOptions): Data | undefined {
  if (keepData && deleteData)
    throw new InvalidInput('--keep-data and --delete-data', 'they contradict each other', 'give one of them')
  return keepData ? 'keep' : deleteData ? 'delete' : undefined
}

/**
 * What to do with the app's data; undefined if it has none.
 * @throws {InvalidInput} if nobody can be asked
 */
async function askAboutData(context: Context, app: string): Promise<Data | undefined> {
  const stacks = new CloudFormationStacks(context.cloudFormation())
  const template = await stacks.template(appStack(context.stage, app))
  const holding = template === undefined ? [] : dataResources(JSON.parse(template) as Template)
  if (holding.length === 0) return undefined
  const place = `teardown ${app}`
  const problem = `${holding.join(', ')} ${holding.length > 1 ? 'hold' : 'holds'} data`
  if (!canAsk()) throw new InvalidInput(place, problem, 'give --keep-data or --delete-data')
  const answer = await ask(`${app}: ${problem}. Type keep or delete: `)
  if (answer === 'keep' || answer === 'delete') return answer
  throw new InvalidInput(place, `${JSON.stringify(answer)} is neither keep nor delete`, 'nothing was removed')
}

async function confirm(app: string, stage: string): Promise<void> {
  const answer = await ask(`Type the app's name to remove ${app} from stage ${stage}: `)
  if (answer === app) return
  throw new InvalidInput(`teardown ${app}`, `${JSON.stringify(answer)} is not ${app}`, 'nothing was removed')
}

function goneText(app: string, stage: string, output: unknown): string {
  const { kept = [] } = Object(output) as { kept?: string[] }
  const data = kept.length > 0 ? ` Its data stays and is yours from now on: ${kept.join(', ')}.` : ''
  const images = `Its images stay; "nanofleet --stage ${stage} amis clean" says which ones nothing needs.`
  return `${app} is gone from stage ${stage}.${data}\n${images}`
}
