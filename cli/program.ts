import { Command, Option } from 'commander'
import { amis } from './commands/amis.ts'
import { build } from './commands/build.ts'
import { deploy } from './commands/deploy.ts'
import { doctor } from './commands/doctor.ts'
import { executions } from './commands/executions.ts'
import { local } from './commands/local.ts'
import { logs } from './commands/logs.ts'
import { open } from './commands/open.ts'
import { push } from './commands/push.ts'
import { retry } from './commands/retry.ts'
import { scale } from './commands/scale.ts'
import { status } from './commands/status.ts'
import { teardown } from './commands/teardown.ts'

/** The command line, made anew for each call so that tests can run it in their own process. */
export function program(): Command {
  const nanofleet = new Command('nanofleet')
    .description('Runs fleets of unikernel microservices on AWS, or on this machine with --stage local.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('(--help shows how to use it)')
    .addOption(
      new Option('-s, --stage <stage>', 'the stage to work on').env('NANOFLEET_STAGE').default('local'),
    )
    .option('-r, --region <region>', 'AWS region of the stage (default: AWS_REGION, else eu-west-1)')
    .option('--json', 'print the result as JSON on standard output; progress stays on standard error')
    .addHelpText(
      'after',
      `
Examples:
  nanofleet local up                     start the local region
  nanofleet deploy web                   build what is missing and deploy the app "web"
  nanofleet status                       what runs, on which image, healthy or not
  nanofleet logs web --follow            the output of all its instances
  nanofleet --stage dev deploy boutique  the same on AWS

Exit codes: 0 done, 1 failed, 2 bad input, 3 not found, 4 another run works on the app, 130 interrupted.`,
    )
  for (const add of [
    local,
    push,
    build,
    deploy,
    status,
    scale,
    logs,
    open,
    teardown,
    amis,
    executions,
    retry,
    doctor,
  ]) {
    nanofleet.addCommand(add().exitOverride())
  }
  return nanofleet
}
