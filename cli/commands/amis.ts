import { Command } from 'commander'
import { RunFiles } from '../../adapters/aws/run-files.ts'
import type { StageImage } from '../../adapters/images/ec2-images.ts'
import type { CleanupPlan } from '../../core/images/ami-cleanup.ts'
import { table } from '../../local/table.ts'
import { days, positiveNumber, wholeNumber } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { type StartOptions, startWorkflow } from '../start.ts'
import { type CleanedUp, cleanedText, cleanupPlanText } from '../text/cleanup-text.ts'

interface CleanOptions extends StartOptions {
  delete?: true
  keep?: number
  minAgeDays?: number
  max?: number
}

/** `nanofleet amis` and `nanofleet amis clean` */
export function amis(command: Command, open: Open): void {
  command
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet amis\n  nanofleet amis clean\n  nanofleet amis clean --delete',
    )
    .action(async (_options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { stageImages } = await import('../../adapters/images/ec2-images.ts')
      const images = await stageImages(context.ec2(), context.stage)
      context.output.result(images, images.length === 0 ? 'No images.' : imagesTable(images))
    })
    .addCommand(clean(open))
}

function clean(open: Open): Command {
  return new Command('clean')
    .description('plan the removal of unused images; --delete carries it out')
    .option('--delete', 'deregister the images and delete their snapshots')
    .option('--keep <number>', 'how many of the newest of each service to keep (default 3)', wholeNumber)
    .option('--min-age-days <days>', 'younger images stay (default 0)', days)
    .option('--max <number>', 'how many to remove in one run at most (default 50)', positiveNumber)
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExamples:\n  nanofleet amis clean\n  nanofleet amis clean --keep 1 --delete')
    .action(async (options: CleanOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { delete: really, keep, minAgeDays, max } = options
      const given = Object.entries({ keep, minAgeDays, max }).filter(([, value]) => value !== undefined)
      const input = { dryRun: !really, ...Object.fromEntries(given) }
      const run = await startWorkflow(context, 'clean-amis', '', input, options)
      if (!options.wait) return context.output.result(run)
      const done = run.output as CleanedUp
      // The workflow carries only what it removes; the bucket has the reasons why the others stay.
      const files = new RunFiles(context.s3(), context.bucket)
      const plan = (await files.read('clean-amis', run.name)) as CleanupPlan
      const text = really ? cleanedText(done, plan) : cleanupPlanText(plan)
      context.output.result(really ? { ...done, keep: plan.keep } : plan, text)
    })
}

function imagesTable(images: StageImage[]): string {
  const rows = images.map(({ imageId, app, service, hash, createdAt, state, bytes }) => [
    imageId,
    app,
    service,
    hash,
    createdAt.slice(0, 19).replace('T', ' '),
    state,
    bytes === undefined ? '' : `${Math.ceil(bytes / 1e6)} MB`,
  ])
  return table([['image', 'app', 'service', 'hash', 'created (UTC)', 'state', 'size'], ...rows])
}
