import type { Command } from 'commander'
import { InvalidInput } from '../../core/base/errors.ts'
import { type ListedRelease, releaseToGoBackTo } from '../../core/deploy/release-list.ts'
import { name, positiveNumber } from '../arguments.ts'
import { ask, canAsk } from '../ask.ts'
import type { GlobalOptions, Open } from '../context.ts'
import type { Output } from '../output.ts'
import { runAndShow } from '../run-and-show.ts'
import type { StartOptions } from '../start.ts'
import { bringsBack, releasesText } from '../text/releases-text.ts'

interface RollbackOptions extends StartOptions {
  yes?: true
}

const EXAMPLES = `
Nothing is built or pushed: a kept release has its images.

Examples:
  nanofleet rollback web                 shows the releases and asks which one
  nanofleet rollback web 3
  nanofleet rollback web --yes           the one before that which runs`

/** `nanofleet rollback <app> [release]` */
export function rollback(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[release]', 'number of a kept release', positiveNumber)
    .option('-y, --yes', 'do not ask; without a number, take the release before the one that runs')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', EXAMPLES)
    .action(async (app: string, wanted: number | undefined, options: RollbackOptions, self: Command) => {
      if (!options.yes && !canAsk())
        throw new InvalidInput(`rollback ${app}`, 'stdin is not a terminal', 'pass --yes')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { releaseList } = await import('../stage/release-list.ts')
      const listed = await releaseList(context, app)
      const asks = options.yes !== true
      const number = wanted ?? (asks ? await askWhich(app, listed, context.output) : undefined)
      const target = releaseToGoBackTo(app, listed, number)
      context.output.note(bringsBack(app, listed, target))
      if (asks && wanted !== undefined) await confirm(app)
      await runAndShow(context, 'deploy', app, { app, release: target.release }, options, [app])
    })
}

async function askWhich(app: string, listed: ListedRelease[], output: Output): Promise<number> {
  const { release: before } = releaseToGoBackTo(app, listed)
  output.note(releasesText(listed))
  return chosen(app, await ask(`Release to go back to [${before}]: `), before)
}

/**
 * The release that an answer means; an empty one means the one before.
 * @throws {InvalidInput} for anything but a number
 */
export function chosen(app: string, answer: string, before: number): number {
  if (answer === '') return before
  if (/^[1-9]\d*$/.test(answer)) return Number(answer)
  const problem = `${JSON.stringify(answer)} is not the number of a release`
  throw new InvalidInput(`rollback ${app}`, problem, 'nothing was changed')
}

async function confirm(app: string): Promise<void> {
  const answer = await ask('Type yes to go back: ')
  if (answer !== 'yes') throw new InvalidInput(`rollback ${app}`, 'not confirmed', 'nothing was changed')
}
