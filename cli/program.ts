import { Command, Option, type OutputConfiguration } from 'commander'
import { DEFAULT_REGION } from '../core/base/partition.ts'
import type { Open } from './context.ts'
import { otherWord } from './other-words.ts'
import { VERBS } from './verbs.ts'
import { version } from './version.ts'

const EXAMPLES = `
It works on the apps of the nearest folder with a nanofleet.yml, from this one upwards; "nanofleet init" makes one.

Examples:
  nanofleet local up                     start the local region
  nanofleet deploy web                   build what is missing and deploy the app "web"
  nanofleet status                       what runs, on which image, healthy or not
  nanofleet logs web --follow            the output of all its instances
  nanofleet --stage dev deploy web       the same on AWS
  nanofleet help deploy                  what a command takes, with examples

Exit codes: 0 done, 1 failed or not as it should be, 2 bad input, 3 not found, 4 another run works on the app,
5 a workflow stopped in between and a person must look, 10 a dry run with --detailed-exitcode found changes,
130 interrupted.`

/** Loaded only by commands that work on a stage. */
const openStage: Open = async (options) => (await import('./context.ts')).openContext(options)

/**
 * The command line, built anew for each call so that tests can run it in their own process. It knows the
 * names of its commands and loads each when it is used, or by `load`.
 * @param open how commands reach their stage
 * @param output where help and usage errors go
 */
export function program(open: Open = openStage, output: OutputConfiguration = {}): Command {
  const nanofleet = new Command('nanofleet')
    .description('Runs fleets of unikernel microservices on AWS, or on this machine with --stage local.')
    .version(version(), '-V, --version', 'print the version of Nanofleet and of Node')
    .addOption(
      new Option('-s, --stage <stage>', 'the stage to work on').env('NANOFLEET_STAGE').default('local'),
    )
    .option(
      '-r, --region <region>',
      `AWS region of the stage (default: nanofleet.yml, AWS_REGION, else ${DEFAULT_REGION})`,
    )
    .option('--json', 'print the result as JSON on standard output; progress stays on standard error')
    .addHelpText('after', EXAMPLES)
    .helpCommand(false)
  for (const { name, description, hidden = false } of VERBS)
    nanofleet.addCommand(new Command(name).description(description), { hidden })
  nanofleet.addCommand(helpCommand(nanofleet, open))
  configure(nanofleet, output)
  const terms = new Map(VERBS.map(({ name, usage = '' }) => [name, `${name} ${usage}`.trimEnd()]))
  return nanofleet
    .configureHelp({
      subcommandTerm: (command) => terms.get(command.name()) ?? `${command.name()} [command]`,
    })
    .hook('preSubcommand', (_self, command) => load(command, open))
}

/** `nanofleet help [command]`: commander's own would show a command before it is loaded. */
function helpCommand(nanofleet: Command, open: Open): Command {
  return new Command('help')
    .description('display help for command')
    .argument('[command...]')
    .action(async (path: string[]) => {
      let command = nanofleet
      for (const name of path) {
        const next = command.commands.find((each) => each.name() === name)
        if (!next) return command.commands.length > 0 ? refuse(command, name) : command.help()
        await load(next, open)
        command = next
      }
      command.help()
    })
}

const loaded = new WeakSet<Command>()

/** Loads a command of the program: its arguments, help and action. */
export async function load(command: Command, open: Open = openStage): Promise<void> {
  const verb = VERBS.find(({ name }) => name === command.name())
  if (!verb || loaded.has(command)) return
  loaded.add(command)
  const define = await verb.load()
  define(command, open, (other) => load(other, open))
  for (const child of command.commands) configure(child, command.configureOutput())
}

/** Unlike commands created in place, added ones do not inherit their parent's settings. */
function configure(command: Command, output: OutputConfiguration): void {
  command
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('("--help" behind the command shows how to use it)')
    .on('command:*', ([name]: string[]) => refuse(command, name ?? ''))
  for (const child of command.commands) configure(child, output)
}

/** @throws {CommanderError} */
function refuse(command: Command, name: string): never {
  const names = command
    .createHelp()
    .visibleCommands(command)
    .map((each) => each.name())
  const code = 'commander.unknownCommand'
  command.error(`error: unknown command '${name}'${otherWord(command.name(), name, names)}`, { code })
}
