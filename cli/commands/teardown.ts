import { createInterface } from 'node:readline/promises'
import { Command } from 'commander'
import { InvalidInput } from '../../core/errors.ts'
import { type GlobalOptions, openContext } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

interface TeardownOptions extends StartOptions {
  yes?: true
  keepData?: true
  deleteData?: true
}

/** `nanofleet teardown <app>` */
export function teardown(): Command {
  return new Command('teardown')
    .description(
      'remove an app: instances, load balancing, stacks, definitions, records; images stay for clean-amis',
    )
    .argument('<app>', 'the app')
    .option('-y, --yes', 'do not ask')
    .option('--keep-data', "keep the app's tables and buckets")
    .option('--delete-data', "delete the app's tables and buckets with all they hold")
    .option('--no-wait', 'return when the run has begun')
    .addHelpText(
      'after',
      '\nExample:\n  nanofleet teardown web --yes\n  nanofleet teardown photos --delete-data',
    )
    .action(async (app: string, options: TeardownOptions, self: Command) => {
      if (options.keepData && options.deleteData)
        throw new InvalidInput(
          '--keep-data and --delete-data',
          'they contradict each other',
          'give one of them',
        )
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      if (!options.yes) await confirm(app, context.stage)
      const data = options.keepData ? { data: 'keep' } : options.deleteData ? { data: 'delete' } : {}
      const run = await startWorkflow(context, 'teardown', app, { app, confirm: app, ...data }, options)
      context.output.result(run, options.wait ? `${app} is gone from stage ${context.stage}.` : undefined)
    })
}

async function confirm(app: string, stage: string): Promise<void> {
  if (!process.stdin.isTTY) throw new InvalidInput('teardown', 'nobody is there to confirm it', 'give --yes')
  const asked = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await asked.question(`Type the app's name to remove ${app} from stage ${stage}: `)
  asked.close()
  if (answer.trim() !== app)
    throw new InvalidInput(
      'teardown',
      `${JSON.stringify(answer.trim())} is not ${app}`,
      'nothing was removed',
    )
}
