import { Command } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { didYouMean } from '../../core/base/suggest.ts'
import { type ListedBackup, ownBackups } from '../../core/deploy/data-list.ts'
import { name } from '../arguments.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { nameList } from '../data-names.ts'
import { loadStatus, showStatus } from '../show-status.ts'
import { type StartOptions, startAsking } from '../start-asking.ts'

interface RestoreOptions extends StartOptions {
  from: string
  lastPush?: true
  replaceData?: string[]
}

const HELP = `
DynamoDB restores into a new table, in minutes or hours. It takes the place of the present one, which leaves
the app and is kept; nanofleet asks for its name first. Instances that use the table are replaced.

Examples:
  nanofleet data restore shop Orders --from nanofleet-dev.shop.Orders.20260131T120000Z
  nanofleet data restore shop Orders --from <backup> --replace-data Orders   without a question`

/** `nanofleet data restore <app> <name>` */
export function restore(open: Open): Command {
  return new Command('restore')
    .description('bring a table back from a backup; the present one is kept')
    .argument('<app>', 'the app', name)
    .argument('<name>', 'the table, by its name in the resources')
    .requiredOption('--from <backup>', 'the backup: its name, or its ARN')
    .option('--last-push', 'deploy what was pushed last with it, not the release that runs')
    .option('--replace-data <names>', 'the table that makes place, so that nobody is asked: Orders', nameList)
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', HELP)
    .action(async (app: string, table: string, options: RestoreOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const backup = await backupNamed(context, app, options.from)
      const current = options.lastPush ? undefined : await context.releases().current(app)
      const input = {
        app,
        ...(current && { release: current.release }),
        restore: { [table]: backup },
        ...(options.replaceData && { replaceData: options.replaceData }),
      }
      const [run] = await Promise.all([
        startAsking(context, app, input, options),
        options.wait && loadStatus(),
      ])
      if (options.wait) await showStatus(context, [app], run)
      else context.output.result(run)
    })
}

/** @throws {InvalidInput} for a backup that the app does not have, or for a name that several have */
async function backupNamed(context: Context, app: string, from: string): Promise<string> {
  if (from.startsWith('arn:')) return from
  const { dataFacts } = await import('../stage/data-list.ts')
  return pickBackup(app, ownBackups(await dataFacts(context, app)), from)
}

/** The ARN of the backup with this name. */
export function pickBackup(app: string, backups: readonly ListedBackup[], from: string): string {
  return backupOf(`data restore ${app} --from`, app, backups, from).id
}

/**
 * The app's backup with this name or ARN.
 * @param place the command
 * @throws {InvalidInput} unless the name means one
 */
export function backupOf(
  place: string,
  app: string,
  backups: readonly ListedBackup[],
  from: string,
): ListedBackup {
  const known = backups.find(({ id }) => id === from)
  if (known) return known
  const found = backups.filter(({ name }) => name === from)
  const [only] = found
  if (found.length > 1)
    throw new InvalidInput(place, `${found.length} backups are named ${from}`, `give an ARN: ${only?.id}`)
  if (only) return only
  const names = backups.map(({ name }) => name)
  throw new InvalidInput(place, `${app} has no backup ${from}`, didYouMean(from, names))
}
