import { Command, Option, type OutputConfiguration } from 'commander'
import { amis } from './commands/amis.ts'
import { build } from './commands/build.ts'
import { deadLetters } from './commands/dead-letters.ts'
import { deploy } from './commands/deploy.ts'
import { doctor } from './commands/doctor.ts'
import { drift } from './commands/drift.ts'
import { executions } from './commands/executions.ts'
import { local } from './commands/local.ts'
import { logs } from './commands/logs.ts'
import { open as openCommand } from './commands/open.ts'
import { push } from './commands/push.ts'
import { reconcile } from './commands/reconcile.ts'
import { retry } from './commands/retry.ts'
import { rotateSecrets } from './commands/rotate-secrets.ts'
import { scale } from './commands/scale.ts'
import { status } from './commands/status.ts'
import { teardown } from './commands/teardown.ts'
import { token } from './commands/token.ts'
import { type Open, openContext } from './context.ts'

const EXAMPLES = `
Examples:
  nanofleet local up                     start the local region
  nanofleet deploy web                   build what is missing and deploy the app "web"
  nanofleet status                       what runs, on which image, healthy or not
  nanofleet logs web --follow            the output of all its instances
  nanofleet --stage dev deploy web       the same on AWS
  nanofleet help deploy                  what a command takes, with examples

Exit codes: 0 done, 1 failed, 2 bad input, 3 not found, 4 another run works on the app,
5 a workflow stopped in between and a person must look, 130 interrupted.`

/**
 * The command line, made anew for each call so that tests can run it in their own process.
 * @param open how commands get at their stage
 * @param output where help and usage errors go
 */
export function program(open: Open = openContext, output: OutputConfiguration = {}): Command {
  const nanofleet = new Command('nanofleet')
    .description('Runs fleets of unikernel microservices on AWS, or on this machine with --stage local.')
    .addOption(
      new Option('-s, --stage <stage>', 'the stage to work on').env('NANOFLEET_STAGE').default('local'),
    )
    .option('-r, --region <region>', 'AWS region of the stage (default: AWS_REGION, else eu-west-1)')
    .option('--json', 'print the result as JSON on standard output; progress stays on standard error')
    .addHelpText('after', EXAMPLES)
  const apps = [push, build, deploy, status, scale, logs, openCommand, teardown, amis, executions, retry]
  const upkeep = [rotateSecrets, token, drift, reconcile, deadLetters, doctor]
  for (const command of [local(), ...[...apps, ...upkeep].map((make) => make(open))])
    nanofleet.addCommand(command)
  return configured(nanofleet, output)
}

/** Commands that are added, unlike those made in place, take over no settings of their parent. */
function configured(command: Command, output: OutputConfiguration): Command {
  command
    .exitOverride()
    .configureOutput(output)
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('("--help" behind the command shows how to use it)')
  for (const child of command.commands) configured(child, output)
  return command
}
