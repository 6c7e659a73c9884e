import { Command, InvalidArgumentError } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { ownImages } from '../images.ts'
import { table } from '../output.ts'
import { type StartOptions, startWorkflow } from '../start.ts'
import { wholeNumber } from './deploy.ts'

interface CleanOptions extends StartOptions {
  delete?: true
  keep?: number
  minAgeDays?: number
  max?: number
}

/** `nanofleet amis` and `nanofleet amis clean` */
export function amis(): Command {
  const command = new Command('amis').description(
    "the stage's images; `amis clean` removes what nothing uses",
  )
  command.action(async (_options, self: Command) => {
    const context = await openContext(self.optsWithGlobals<GlobalOptions>())
    const images = await ownImages(context.ec2(), context.stage)
    const rows = images.map((image) => [image.imageId, image.app, image.service, image.hash, image.createdAt])
    const text =
      images.length === 0 ? 'No images.' : table([['image', 'app', 'service', 'hash', 'created'], ...rows])
    context.output.result(images, text)
  })
  command
    .command('clean')
    .description('plan the removal of unused images; --delete carries it out')
    .option('--delete', 'deregister the images and delete their snapshots')
    .option('--keep <number>', 'so many of the newest of each service stay (default 3)', wholeNumber)
    .option('--min-age-days <days>', 'younger images stay (default 0)', days)
    .option('--max <number>', 'at most so many in one run (default 50)', wholeNumber)
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExample:\n  nanofleet amis clean\n  nanofleet amis clean --keep 1 --delete')
    .action(async (options: CleanOptions, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const { delete: really, keep, minAgeDays, max } = options
      const given = Object.entries({ keep, minAgeDays, max }).filter(([, value]) => value !== undefined)
      const input = { dryRun: !really, ...Object.fromEntries(given) }
      const run = await startWorkflow(context, 'clean-amis', '', input, options)
      context.output.result(run, JSON.stringify(run.output, null, 2))
    })
  return command
}

function days(text: string): number {
  const value = Number(text)
  if (text === '' || !(value >= 0))
    throw new InvalidArgumentError(`${JSON.stringify(text)} is no number of days.`)
  return value
}
