import { Argument, Command } from 'commander'
import { LOADER_LANGUAGES, type LoaderLanguage, putLoader } from '../../adapters/sources/loaders.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

/** `nanofleet secrets loader <language> <folder>` */
export const secretsLoader = (): Command =>
  new Command('loader')
    .description('put the library with which a program reads its secrets beside its source')
    .addArgument(new Argument('<language>', 'what the program is written in').choices(LOADER_LANGUAGES))
    .argument('<folder>', 'the folder of the source')
    .addHelpText('after', '\nExample:\n  nanofleet secrets loader python web')
    .action(async (language: LoaderLanguage, folder: string, _options, self: Command) => {
      const { json } = self.optsWithGlobals<GlobalOptions>()
      const written = await putLoader('secrets', language, folder)
      new Output(json === true).result(written, written.join('\n'))
    })
