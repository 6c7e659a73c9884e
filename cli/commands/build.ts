import type { Command } from 'commander'
import type { BuildPlan, RecordedImage } from '../../core/images/build-plan.ts'
import { table } from '../../local/table.ts'
import { name, names } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { pushFirst } from '../push-first.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

interface BuildOptions extends StartOptions {
  force?: true
  push: boolean
}

/** Output of the workflow `build`. */
interface Built {
  images?: RecordedImage[]
  skipped?: BuildPlan['skipped']
}

/** `nanofleet build <app> [services...]` */
export function build(command: Command, open: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[services...]', 'only these services', names)
    .option('--force', 'build also what is built already')
    .option('--no-push', 'build what was pushed last instead of this checkout')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText('after', '\nExamples:\n  nanofleet build web\n  nanofleet build platform consul --force')
    .action(async (app: string, services: string[], options: BuildOptions, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      if (options.push) await pushFirst(context, [app])
      const input = {
        app,
        ...(services.length > 0 ? { services } : {}),
        ...(options.force ? { force: true } : {}),
      }
      const run = await startWorkflow(context, 'build', app, input, options)
      context.output.result(run, options.wait ? builtTable(Object(run.output) as Built) : undefined)
    })
}

/** One line per service: what it has now and why. */
export function builtTable({ images = [], skipped = [] }: Built): string {
  return table([
    ['service', 'image', 'state', 'why'],
    ...images.map((image) => [image.service, image.imageId, image.built ? 'built' : 'found', image.reason]),
    ...skipped.map(({ service, imageId, reason }) => [service, imageId, 'unchanged', reason]),
  ])
}
