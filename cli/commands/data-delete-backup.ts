import { Command } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { type ListedBackup, ownBackups } from '../../core/deploy/data-list.ts'
import { name } from '../arguments.ts'
import { type Dialogue, TERMINAL, typed } from '../ask.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { sizeText } from '../text/data-text.ts'
import { minute } from '../text/releases-text.ts'
import { backupOf } from './data-restore.ts'

const HELP = `
It asks for the backup's name once more; nothing brings the backup back. Those that DynamoDB made when a table
was deleted go by themselves, 35 days later.

Examples:
  nanofleet data delete-backup shop nanofleet-dev.shop.Orders.20260131T120000Z
  nanofleet data delete-backup shop nanofleet-dev.shop.Orders.20260131T120000Z --yes   without a question`

/** `nanofleet data delete-backup <app> <backup>` */
export function deleteBackup(open: Open): Command {
  return new Command('delete-backup')
    .description('delete a backup of a table, which is billed until then')
    .argument('<app>', 'the app', name)
    .argument('<backup>', 'the backup: its name, or its ARN')
    .option('-y, --yes', 'do not ask for the name')
    .addHelpText('after', HELP)
    .action(async (app: string, wanted: string, { yes }: { yes?: true }, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { dataFacts } = await import('../stage/data-list.ts')
      const { TableBackups } = await import('../../adapters/aws/table-backups.ts')
      const place = `data delete-backup ${app}`
      const backup = backupOf(place, app, ownBackups(await dataFacts(context, app)), wanted)
      await confirmDeletion(place, backup, yes ?? false)
      await new TableBackups(context.documents()).remove(backup)
      context.output.result(backup, `${backup.name} is deleted`)
    })
}

/**
 * Asks for the name of a backup before it goes.
 * @throws {InvalidInput} for one that only DynamoDB deletes, if a person names another one, or none can be
 * asked
 */
export async function confirmDeletion(
  place: string,
  { of, name, at, bytes, expires }: ListedBackup,
  yes: boolean,
  dialogue: Dialogue = TERMINAL,
): Promise<void> {
  if (expires !== undefined)
    throw new InvalidInput(place, `${name} is DynamoDB's own, which deletes it on ${expires.slice(0, 10)}`)
  if (yes) return
  const size = sizeText(bytes === undefined ? {} : { bytes })
  const what = `${name} is a backup of ${of}, made on ${minute(at)}${size && `, ${size}`}`
  if (!dialogue.canAsk()) throw new InvalidInput(place, what, 'pass --yes to delete it')
  await typed(place, `${what}.\nType its name to delete it: `, name, 'nothing was deleted', dialogue)
}
