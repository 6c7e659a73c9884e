import { resolve } from 'node:path'
import type { Command } from 'commander'
import { rootForNew } from '../../local/root.ts'
import { name } from '../arguments.ts'
import type { GlobalOptions } from '../context.ts'
import { Output } from '../output.ts'

interface InitOptions {
  from: string
  app?: string
  dryRun?: true
  lookUp?: true
}

/** `nanofleet init` */
export function init(command: Command): void {
  command
    .option('--from <path>', 'a folder, a Dockerfile, a Compose file, or manifests of Kubernetes', '.')
    .option('--app <name>', "the app's name; that of the source or its folder without", name)
    .option('--look-up', 'ask registries what published images start')
    .option('--dry-run', 'print the files instead of writing them')
    .addHelpText(
      'after',
      `
It asks nothing, overwrites nothing and says what it could not take. With --look-up it reads the
configuration of published images from their registries; otherwise it contacts nobody.

Examples:
  nanofleet init --from compose.yml
  nanofleet init --from k8s --app shop --look-up --dry-run
  nanofleet init --from services/web`,
    )
    .action(async (options: InitOptions, self: Command) => {
      const { json = false } = self.optsWithGlobals<GlobalOptions>()
      const output = new Output(json)
      const { newApp, writeApp, writeRepositoryFile } = await import('../../adapters/sources/new-app.ts')
      const { saidText } = await import('../text/init-text.ts')
      const root = rootForNew(process.cwd())
      const made = await newApp({
        root,
        from: resolve(options.from),
        app: options.app,
        lookUp: options.lookUp && lookedUp(output),
      })
      if (!options.dryRun) {
        await writeApp(root, made)
        if (writeRepositoryFile(root)) output.note(`${root}: has a nanofleet.yml now, the root of your apps`)
      }
      for (const line of json ? [] : saidText(made.said)) output.note(line)
      const files = Object.fromEntries(made.files)
      const { app, services, said } = made
      const paths = [...made.files.keys()]
      const text = options.dryRun
        ? [...made.files].map(([path, content]) => `--- ${path}\n${content}`).join('\n')
        : `images/${app}: ${count(services.length, 'service')}, ${count(paths.length, 'file')}`
      output.result(
        { app, services, said, files: options.dryRun ? files : paths, written: !options.dryRun },
        text,
      )
      if (!json && !options.dryRun)
        output.note(`next: git add images/${app}, nanofleet validate ${app}, nanofleet deploy ${app}`)
    })
}

/** One that cannot be looked up stays to do, and its owner reads why. */
const lookedUp = (output: Output) => async (image: string) => {
  const { publishedImage } = await import('../../adapters/images/published-image.ts')
  try {
    return await publishedImage(image)
  } catch (error) {
    output.note(output.paint('yellow', `warning: ${image} cannot be looked up: ${(error as Error).message}`))
    return undefined
  }
}

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`
