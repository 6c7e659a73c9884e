import { spawn } from 'node:child_process'
import { Command } from 'commander'
import { NotFound } from '../../core/errors.ts'
import { type GlobalOptions, openContext } from '../context.ts'
import { appStatus } from '../status.ts'

/** `nanofleet open <app> [service]` */
export function open(): Command {
  return new Command('open')
    .description('open an exposed service in the browser and print its URL')
    .argument('<app>', 'the app')
    .argument('[service]', 'the service; not needed when only one is exposed')
    .option('--print', 'only print the URL')
    .addHelpText('after', '\nExample:\n  nanofleet open web')
    .action(async (app: string, service: string | undefined, options: { print?: true }, self: Command) => {
      const context = await openContext(self.optsWithGlobals<GlobalOptions>())
      const rows = (await appStatus(context, app)).filter(
        (row) => row.url && (!service || row.service === service),
      )
      const first = rows[0]
      if (!first?.url)
        throw new NotFound(
          `${app} has no exposed service${service ? ` named ${service}` : ''}; "nanofleet status ${app}" shows what it has`,
        )
      context.output.result({ url: first.url }, first.url)
      if (!options.print && process.stdout.isTTY) openInBrowser(first.url)
    })
}

/** A machine without a browser has printed the URL at least. */
function openInBrowser(url: string): void {
  const opener = process.env.BROWSER ?? 'xdg-open'
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .once('error', () => {})
    .unref()
}
