import { Argument, type Command } from 'commander'
import { JOB_LANGUAGES, type JobLanguage, putLoader } from '../../adapters/sources/loaders.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

const MORE = `
Programs of Node need none. docs/jobs.md says how a program calls it.

Examples:
  nanofleet job-loader python web
  nanofleet job-loader go apps/shop/web`

/** `nanofleet job-loader <language> <folder>` */
export function jobLoader(command: Command): void {
  command
    .addArgument(new Argument('<language>', 'what the program is written in').choices(JOB_LANGUAGES))
    .argument('<folder>', 'the folder of the source')
    .addHelpText('after', MORE)
    .action(async (language: JobLanguage, folder: string, _options, self: Command) => {
      const { json } = self.optsWithGlobals<GlobalOptions>()
      const written = await putLoader('job', language, folder)
      new Output(json === true).result(written, written.join('\n'))
    })
}
