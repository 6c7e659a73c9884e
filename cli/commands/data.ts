import { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { backupName, TABLE } from '../../core/deploy/backups.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { dataText } from '../text/data-text.ts'
import { deleteBackup } from './data-delete-backup.ts'
import { restore } from './data-restore.ts'

/** `nanofleet data <app>`, `data backup`, `data restore` and `data delete-backup` */
export function data(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .addHelpText('after', '\nExamples:\n  nanofleet data shop\n  nanofleet data backup shop Orders')
    .action(async (app: string, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { listData } = await import('../stage/data-list.ts')
      const list = await listData(context, app)
      context.output.result(list, dataText(list))
    })
    .addCommand(backup(open))
    .addCommand(restore(open))
    .addCommand(deleteBackup(open))
}

const BACKUP_HELP = `
A backup is billed until you delete it with "nanofleet data delete-backup". Buckets and queues have none.

Examples:
  nanofleet data backup shop
  nanofleet data backup shop Orders`

function backup(open: Open): Command {
  return new Command('backup')
    .description('back up the tables of an app, or one of them')
    .argument('<app>', 'the app', name)
    .argument('[name]', 'only this table, by its name in the resources')
    .addHelpText('after', BACKUP_HELP)
    .action(async (app: string, only: string | undefined, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { dataFacts } = await import('../stage/data-list.ts')
      const { TableBackups } = await import('../../adapters/aws/table-backups.ts')
      const { parts } = await dataFacts(context, app)
      const backups = new TableBackups(context.documents())
      const made = []
      for (const { name, id } of await toBackUp(app, parts, only)) {
        const backup = await backups.create(id, backupName(context.stage, app, name, new Date()))
        made.push({ of: name, ...backup })
      }
      context.output.result(made, made.map(({ of, name }) => `${of} is backed up as ${name}`).join('\n'))
    })
}

/** @throws {InvalidInput} for what has no backups, {NotFound} if there is nothing */
async function toBackUp(app: string, parts: StackPart[], only: string | undefined): Promise<StackPart[]> {
  const tables = parts.filter(({ type }) => type === TABLE)
  if (only === undefined) {
    if (tables.length === 0) throw new NotFound(`${app} has no table that could be backed up`)
    return tables
  }
  const { noBackups } = await import('../../core/deploy/plan-restore.ts')
  const { didYouMean } = await import('../../core/base/suggest.ts')
  const part = parts.find(({ name }) => name === only)
  if (!part)
    throw new InvalidInput(
      `data backup ${app}`,
      `the app has no table ${only}`,
      didYouMean(
        only,
        tables.map(({ name }) => name),
      ),
    )
  if (part.type !== TABLE) throw new InvalidInput(`data backup ${app} ${only}`, noBackups(part.type))
  return [part]
}
