import { Command } from 'commander'
import { type GlobalOptions, openContext } from '../context.ts'
import { table } from '../output.ts'
import { pushFirst } from '../push-first.ts'
import { type StartOptions, startWorkflow } from '../start.ts'

interface Built {
  images?: { service: string; imageId: string; hash: string }[]
  skipped?: { service: string; reason?: string }[]
}

/** `nanofleet build <app> [services...]` */
export function build(): Command {
  return new Command('build')
    .description('build the images that are missing or whose source changed')
    .argument('<app>', 'the app')
    .argument('[services...]', 'only these services')
    .option('--force', 'build also what is built already')
    .option('--no-push', 'build what was pushed last, not what stands in this checkout')
    .option('--no-wait', 'return when the run has begun')
    .addHelpText(
      'after',
      '\nExample:\n  nanofleet build web\n  nanofleet build boutique frontend cartservice --force',
    )
    .action(
      async (
        app: string,
        services: string[],
        options: StartOptions & { force?: true; push: boolean },
        self: Command,
      ) => {
        const context = await openContext(self.optsWithGlobals<GlobalOptions>())
        if (options.push) await pushFirst(context, [app])
        const input = {
          app,
          ...(services.length > 0 ? { services } : {}),
          ...(options.force ? { force: true } : {}),
        }
        const run = await startWorkflow(context, 'build', app, input, options)
        const built = (run.output ?? {}) as Built
        const rows = [
          ['service', 'image', 'what'],
          ...(built.images ?? []).map((image) => [image.service, image.imageId, 'built']),
          ...(built.skipped ?? []).map((skip) => [skip.service, '', skip.reason ?? 'unchanged']),
        ]
        context.output.result(run, options.wait ? table(rows) : undefined)
      },
    )
}
