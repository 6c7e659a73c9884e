import type { Command } from 'commander'
import type { Verdict } from '../../core/healing/judge.ts'
import type { Report } from '../../core/registration/round.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { EXIT } from '../exit-codes.ts'
import { askReconcile } from '../rounds.ts'
import { sickText } from '../text/sick-text.ts'

type Done = Report & { sick: Verdict[] }

/** `nanofleet reconcile` */
export function reconcile(command: Command, open: Open): void {
  command
    .addHelpText(
      'after',
      '\nThe same round is made once a minute; see what differs with "nanofleet drift".\n\nExamples:\n  nanofleet reconcile\n  nanofleet --stage dev reconcile --json',
    )
    .action(async (_options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const report = await askReconcile<Done>(context, {}, 'drift')
      context.output.result(report, reportText(report))
      if (!isWell(report)) process.exitCode = EXIT.failure
    })
}

/** Nothing is left for a later round, and nothing was left out. */
export const isWell = ({ servers, leader, held, waiting, failed, problems, sick }: Done): boolean =>
  servers === 0 ||
  (leader !== null &&
    held === 0 &&
    waiting.length + failed.length + problems.length === 0 &&
    sick.every(({ verdict }) => verdict !== 'hold'))

/** What was seen and done, then a line for each thing that is left. */
export function reportText(report: Done): string {
  const { instances, servers, leader, drift, registered, removed, maintained, returned } = report
  if (servers === 0) return 'No Consul server runs: there is no catalog to repair.'
  const out = returned > 0 ? `, ${returned} out of it` : ''
  const done = `${registered} registered, ${removed} removed, ${maintained} put into maintenance${out}`
  const left = [
    ...(leader === null ? ['Consul has no leader: what was written shows once it has one'] : []),
    ...(report.held > 0 ? [`held back: ${report.held} removals, until a second round wants them too`] : []),
    ...report.waiting.map((id) => `waits: ${id}, whose Consul server does not answer`),
    ...report.failed.map(({ instanceId, problem }) => `failed: ${instanceId}: ${problem}`),
    ...report.problems.map((problem) => `not compared: ${problem}`),
    ...sickText(report.sick),
  ]
  return [
    `${instances} instances, ${servers} of them Consul servers: ${drift} differed`,
    `  ${done}`,
    ...left.map((line) => `  ${line}`),
  ].join('\n')
}
