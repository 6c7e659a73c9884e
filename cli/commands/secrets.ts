import { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { isSameSetting, type SettingName, settingText, valueProblem } from '../../core/base/settings.ts'
import { name } from '../arguments.ts'
import { agreed, TERMINAL } from '../ask.ts'
import type { Context, GlobalOptions, Open } from '../context.ts'
import { hiddenValue } from '../hidden-value.ts'
import { secretWords } from '../setting-words.ts'
import { secretsText } from '../text/secrets-text.ts'
import { secretsLoader } from './secrets-loader.ts'

const EXAMPLES = `
A service reads what "secrets" in app.yml names. docs/secrets.md says how a program does it.

Examples:
  nanofleet secrets set shop DB_PASSWORD              asks for the value
  nanofleet secrets set shop DB_PASSWORD < password   or takes it from standard input
  nanofleet secrets list shop
  nanofleet secrets rm shop DB_PASSWORD`

/** `nanofleet secrets set | list | rm | loader` */
export function secrets(command: Command, open: Open): void {
  command
    .addHelpText('after', EXAMPLES)
    .addCommand(set(open))
    .addCommand(list(open))
    .addCommand(remove(open))
    .addCommand(secretsLoader())
}

const WORDS = ['[service] name', 'a service, if it is for that one alone, and the name'] as const

function set(open: Open): Command {
  return new Command('set')
    .description('set a secret of an app, or of one of its services')
    .usage('[options] <app> [service] <name>')
    .argument('<app>', 'the app', name)
    .argument('<service-or-name...>', WORDS[1])
    .option('--from-file <path>', 'take the value from a file, as it is')
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet secrets set shop DB_PASSWORD\n  nanofleet secrets set shop web TLS_KEY --from-file key.pem',
    )
    .action(async (app: string, words: string[], options: { fromFile?: string }, self: Command) => {
      const place = `secrets set ${app}`
      const wanted = secretWords(place, words)
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { checkKnown, knownApp, manifestsOf } = await import('../stage/known-app.ts')
      const known = await knownApp(context, app)
      checkKnown(place, known, wanted.service)
      const value = await hiddenValue(place, `Value of ${wanted.name}, not shown: `, options.fromFile)
      const wrong = valueProblem(value)
      if (wrong) throw new InvalidInput(`${place} ${wanted.name}`, wrong.problem, wrong.remedy)
      const { secretsOf } = await import('../stage/secret-list.ts')
      const version = await secretsOf(context, app).set(wanted, value)
      const readers = manifestsOf(known).flatMap(({ services }) =>
        Object.keys(services).filter((service) => wanted.name in (services[service]?.secrets ?? {})),
      )
      const taken =
        readers.length > 0
          ? 'running instances take it up within a minute or so'
          : `no service reads it yet: write secrets: [${wanted.name}] at the service in app.yml`
      context.output.result(
        { app, ...wanted, version },
        `${settingText(app, wanted)} is set, version ${version}; ${taken}`,
      )
    })
}

function list(open: Open): Command {
  return new Command('list')
    .description(
      'the secrets of an app: versions, when set and by whom, read by which services; never values',
    )
    .argument('<app>', 'the app', name)
    .addHelpText('after', '\nExample:\n  nanofleet secrets list shop')
    .action(async (app: string, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { listSecrets } = await import('../stage/secret-list.ts')
      const secrets = await listSecrets(context, app)
      context.output.result(secrets, secretsText(context.stage, app, secrets))
    })
}

function remove(open: Open): Command {
  return new Command('rm')
    .description('delete a secret with all its versions, or all of an app')
    .usage('[options] <app> [service] [name]')
    .argument('<app>', 'the app', name)
    .argument('[service-or-name...]', WORDS[1])
    .option('--all', 'all secrets of the app')
    .option('-y, --yes', 'do not ask, although a release reads it')
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet secrets rm shop DB_PASSWORD\n  nanofleet secrets rm shop --all',
    )
    .action(async (app: string, words: string[], options: { all?: true; yes?: true }, self: Command) => {
      const place = `secrets rm ${app}`
      if (words.length > 0 === (options.all === true))
        throw new InvalidInput(place, 'takes the name of a secret, or --all', 'give one of them')
      const wanted = options.all ? undefined : secretWords(place, words)
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { secretsOf } = await import('../stage/secret-list.ts')
      const going = chosen(app, await secretsOf(context, app).list(), wanted)
      const uses = await usesOf(context, app, going)
      if (uses.length > 0 && !options.yes)
        await agreed(
          {
            place,
            problem: uses.join('; '),
            option: '--yes if it may go',
            question: `${uses.join('; ')}. A deleted secret cannot be brought back. Type ${app} to delete: `,
            word: app,
          },
          TERMINAL,
        )
      await secretsOf(context, app).remove(going)
      const done = going.map(({ name, service }) => ({
        app,
        name,
        ...(service !== undefined && { service }),
      }))
      context.output.result(done, done.map((one) => `${settingText(app, one)} is deleted`).join('\n'))
    })
}

/** @throws {NotFound} */
function chosen<T extends SettingName>(app: string, kept: T[], wanted: SettingName | undefined): T[] {
  const going = wanted ? kept.filter((one) => isSameSetting(one, wanted)) : kept
  if (going.length > 0) return going
  throw new NotFound(wanted ? `${settingText(app, wanted)} is not set` : `${app} has no secrets`)
}

/** Which releases read what goes: the one that runs, and those that one can go back to. */
async function usesOf(context: Context, app: string, going: readonly SettingName[]): Promise<string[]> {
  const { wantedSecrets } = await import('../../core/deploy/app-secrets.ts')
  const book = context.releases()
  const [kept, current] = await Promise.all([book.kept(app), book.current(app)])
  const read = new Map<string, Promise<{ name: string; service: string }[]>>()
  for (const { bundle } of kept)
    if (!read.has(bundle))
      read.set(
        bundle,
        context
          .bundles()
          .read(app, bundle)
          .then(({ bundle: { manifest } }) => wantedSecrets(manifest)),
      )
  const uses = kept.toReversed().map(async ({ release, bundle }) => {
    const names = ((await read.get(bundle)) ?? []).filter((one) =>
      going.some(({ name, service }) => name === one.name && (service ?? one.service) === one.service),
    )
    if (names.length === 0) return []
    const runs = release === current?.release ? ', which runs,' : ' is kept and'
    return [`release ${release}${runs} reads ${[...new Set(names.map(({ name }) => name))].join(', ')}`]
  })
  return (await Promise.all(uses)).flat()
}
