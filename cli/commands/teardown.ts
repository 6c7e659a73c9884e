import type { Command } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { described } from '../../core/deploy/holdings.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import { name } from '../arguments.ts'
import { ask, canAsk, typed } from '../ask.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { nameList, typeNames } from '../data-names.ts'
import { type AppData, dataText } from '../stage/app-data.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

/** As in the workflow's input. */
interface Data {
  data?: 'keep' | 'delete'
  deleteData?: string[]
}

interface TeardownOptions extends StartOptions {
  yes?: true
  keepData?: true
  /** True for the option without names. */
  deleteData?: string[] | true
}

const EXAMPLES = `
An app that another one requires is refused. What holds data (tables, buckets …) needs a decision.

Examples:
  nanofleet teardown web
  nanofleet teardown web --yes --keep-data
  nanofleet teardown web --yes --delete-data Orders,Pictures
  nanofleet teardown web --yes --delete-data all`

/** `nanofleet teardown <app>` */
export function teardown(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .option('-y, --yes', 'do not ask for confirmation')
    .option('--keep-data', "keep the app's tables, buckets and queues")
    .option('--delete-data [names]', 'delete these with all they hold: Orders,Pictures or all', nameList)
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, options: TeardownOptions, self: Command) => {
      if (options.keepData && options.deleteData)
        throw new InvalidInput(
          '--keep-data and --delete-data',
          'they contradict each other',
          'give one of them',
        )
      if (!options.yes && !canAsk())
        throw new InvalidInput(`teardown ${app}`, 'stdin is not a terminal', 'pass --yes to confirm')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { leftovers, leftoversText } = await import('../stage/leftovers.ts')
      const stays = await leftovers(context, app)
      for (const line of leftoversText(context.region, stays)) context.output.note(line)
      const data = await decide(context, app, options)
      if (!options.yes) await confirm(app, context.stage)
      const run = await startWorkflow(context, 'teardown', app, { app, confirm: app, ...data }, options)
      const text = options.wait ? goneText(app, context.stage, run.output) : undefined
      context.output.result({ ...run, stays }, text)
      if (options.wait) for (const line of await keptSettings(context, app)) context.output.note(line)
    })
}

/**
 * What to do with the app's data; nothing if it has none. What goes is named one by one, with or without
 * `--yes`.
 * @throws {InvalidInput} if nobody can be asked
 */
async function decide(
  context: Context,
  app: string,
  { keepData, deleteData }: TeardownOptions,
): Promise<Data> {
  if (keepData) return { data: 'keep' }
  if (Array.isArray(deleteData)) return { data: 'delete', deleteData }
  const { appData } = await import('../stage/app-data.ts')
  const data = (await appData(context, app)).filter(({ keptAt }) => keptAt === undefined)
  if (data.length === 0) return deleteData ? { data: 'delete' } : {}
  const place = `teardown ${app}`
  const names = data.map(({ name }) => name).join(',')
  if (!canAsk())
    throw new InvalidInput(
      place,
      data.map(dataText).join(' | '),
      `give --keep-data, or --delete-data ${names}`,
    )
  if (!deleteData && (await keeps(place, app, data))) return { data: 'keep' }
  const named = data.map((each) => ({ name: each.name, text: `${dataText(each)} will be deleted` }))
  return { data: 'delete', deleteData: await typeNames(place, named) }
}

async function keeps(place: string, app: string, data: AppData[]): Promise<boolean> {
  const answer = await ask(`${app} has ${data.map(dataText).join('; ')}. Type keep or delete: `)
  if (answer === 'keep' || answer === 'delete') return answer === 'keep'
  throw new InvalidInput(place, `${JSON.stringify(answer)} is neither keep nor delete`, 'nothing was removed')
}

const confirm = (app: string, stage: string): Promise<void> =>
  typed(
    `teardown ${app}`,
    `Type the app's name to remove ${app} from stage ${stage}: `,
    app,
    'nothing was removed',
  )

/** Nobody asked for their loss. */
async function keptSettings(context: Context, app: string): Promise<string[]> {
  const { AppSettings } = await import('../../adapters/aws/app-settings.ts')
  const kinds = { secrets: 'secrets', env: 'variables' } as const
  const lines = Object.entries(kinds).map(async ([kind, words]) => {
    const settings = new AppSettings(context.ssm(), kind as keyof typeof kinds, context.stage, app)
    // Who may remove an app need not be allowed to list these.
    const kept = await settings.list().catch(() => [])
    if (kept.length === 0) return []
    const names = [...new Set(kept.map(({ name }) => name))].join(', ')
    return [
      `Its ${words} stay (${names}); "nanofleet --stage ${context.stage} ${kind} rm ${app} --all" deletes them.`,
    ]
  })
  return (await Promise.all(lines)).flat()
}

function goneText(app: string, stage: string, output: unknown): string {
  const { kept = [] } = Object(output) as { kept?: StackPart[] }
  const images = `Its images stay; "nanofleet --stage ${stage} amis clean" says which ones nothing needs.`
  const data = kept.map((each) => `  ${each.name} is the ${described(each)}`)
  const keeps = `Its data stays, is billed as before, and comes back with the next deployment of ${app}:`
  return [`${app} is gone from stage ${stage}.`, ...(data.length > 0 ? [keeps, ...data] : []), images].join(
    '\n',
  )
}
