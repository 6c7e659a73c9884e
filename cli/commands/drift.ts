import type { Command } from 'commander'
import type { Verdict } from '../../core/healing/judge.ts'
import type { Drift } from '../../core/registration/drift.ts'
import { table } from '../../local/table.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { askReconcile } from '../rounds.ts'
import { sickText } from '../text/sick-text.ts'

/** What the function says: the catalog's differences, and the instances that fail their check. */
type Seen = Drift & { sick: Verdict[] }

/** `nanofleet drift` */
export function drift(command: Command, open: Open): void {
  command
    .addHelpText(
      'after',
      '\nNothing is changed; "nanofleet reconcile" repairs what it finds, and the next round does so within a minute.\n\nExamples:\n  nanofleet drift\n  nanofleet --stage dev drift --json',
    )
    .action(async (_options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const found = await askReconcile<Seen>(context, { dryRun: true }, 'entries')
      context.output.result(found, driftText(found))
      if (found.entries.length + found.problems.length + found.sick.length > 0)
        process.exitCode = EXIT.failure
    })
}

/** One line per entry, the server given by its instance id, and one per sick instance. */
export function driftText({ instances, servers, entries, problems, sick }: Seen): string {
  if (servers === 0) return 'No Consul server runs: there is no catalog to compare.'
  const unread = problems.map((problem) => `not compared: ${problem}`)
  const seen = `${instances} instances, ${servers} of them Consul servers`
  if (entries.length === 0 && unread.length === 0)
    return [...sickText(sick), `The catalog says what EC2 and the definitions say: ${seen}.`].join('\n')
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
    ...sickText(sick),
    `${entries.length === 1 ? '1 entry differs' : `${entries.length} entries differ`}: ${seen}.`,
  ].join('\n')
}
