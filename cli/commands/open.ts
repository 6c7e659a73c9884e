import { spawn } from 'node:child_process'
import { platform } from 'node:os'
import type { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import type { ServiceStatus } from '../stage/service-status.ts'

/** `nanofleet open <app> [service]` */
export function open(command: Command, openStage: Open): void {
  command
    .argument('<app>', 'the app', name)
    .argument('[service]', 'the service; not needed when only one is exposed', name)
    .option('--print', 'only print the URL')
    .addHelpText('after', '\nExamples:\n  nanofleet open web\n  curl "$(nanofleet open web --print)"')
    .action(async (app: string, service: string | undefined, options: { print?: true }, self: Command) => {
      const context = await openStage(self.optsWithGlobals<GlobalOptions>())
      const { appStatus } = await import('../stage/stage-status.ts')
      const url = urlOf(await appStatus(context, app), app, service)
      context.output.result({ url }, url)
      const other = withoutNames(url)
      if (other && !options.print && !context.output.json) context.output.note(other)
      if (!options.print && !context.output.json && process.stdout.isTTY) openInBrowser(url)
    })
}

/**
 * The URL of the given service, or of the only one that has a URL.
 * @throws {NotFound} when there is none, {InvalidInput} when there are several to choose from
 */
export function urlOf(
  rows: Pick<ServiceStatus, 'service' | 'url'>[],
  app: string,
  service: string | undefined,
): string {
  const exposed = rows.filter((row) => row.url !== undefined)
  const found = exposed.filter((row) => service === undefined || row.service === service)
  const names = exposed.map((row) => row.service).join(', ')
  if (found.length > 1)
    throw new InvalidInput(`open ${app}`, 'several services are exposed', `name one of ${names}`)
  const url = found[0]?.url
  if (url !== undefined) return url
  const what = service === undefined ? 'service' : `service named ${service}`
  throw new NotFound(`${app} has no exposed ${what}${names ? `; exposed are ${names}` : ''}`)
}

/**
 * How a program reaches a service whose name is under localhost: browsers and curl resolve such names
 * themselves, Python, Java and Go leave it to the system, which may not (RFC 6761, section 6.3).
 */
export function withoutNames(url: string): string | undefined {
  const { hostname, port, pathname } = new URL(url)
  if (!hostname.endsWith('.localhost')) return undefined
  const address = `http://127.0.0.1:${port || '80'}${pathname}`
  return `A program that does not find ${hostname} asks ${address} with the header "Host: ${hostname}"`
}

/** On a machine without a browser the URL has at least been printed. */
function openInBrowser(url: string): void {
  const opener = readEnvironment().BROWSER || (platform() === 'darwin' ? 'open' : 'xdg-open')
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .once('error', () => {})
    .unref()
}
