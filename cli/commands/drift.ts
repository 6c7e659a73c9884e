import type { Command } from 'commander'
import type { Drift } from '../../core/registration/drift.ts'
import { table } from '../../local/table.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { askReconcile } from '../rounds.ts'

/** `nanofleet drift` */
export function drift(command: Command, open: Open): void {
  command
    .addHelpText(
      'after',
      '\nNothing is changed; "nanofleet reconcile" repairs what it finds, and the next round does so within a minute.\n\nExamples:\n  nanofleet drift\n  nanofleet --stage dev drift --json',
    )
    .action(async (_options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const found = await askReconcile<Drift>(context, { dryRun: true }, 'entries')
      context.output.result(found, driftText(found))
      if (found.entries.length + found.problems.length > 0) process.exitCode = EXIT.failure
    })
}

/** One line per entry; the server is given by its instance id. */
export function driftText({ instances, servers, entries, problems }: Drift): string {
  if (servers === 0) return 'No Consul server runs: there is no catalog to compare.'
  const unread = problems.map((problem) => `not compared: ${problem}`)
  const seen = `${instances} instances, ${servers} of them Consul servers`
  if (entries.length === 0 && unread.length === 0)
    return `The catalog says what EC2 and the definitions say: ${seen}.`
  const rows = entries.map(({ instanceId, id, change, server, reason }) => [
    instanceId,
    id,
    change,
    server,
    reason,
  ])
  const listed = rows.length === 0 ? [] : [table([['instance', 'entry', 'to do', 'server', 'why'], ...rows])]
  return [
    ...listed,
    ...unread,
    `${entries.length === 1 ? '1 entry differs' : `${entries.length} entries differ`}: ${seen}.`,
  ].join('\n')
}
