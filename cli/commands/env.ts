import { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { LABEL } from '../../core/base/name-rules.ts'
import { isSameSetting, type SettingName, settingText } from '../../core/base/settings.ts'
import { name } from '../arguments.ts'
import type { GlobalOptions, Open } from '../context.ts'
import { assignments } from '../setting-words.ts'
import { envText } from '../text/env-text.ts'

const EXAMPLES = `
What is set counts from the next deployment on, without a new image; a release keeps what it ran with. Anyone who
may describe instances can read it: what nobody else may see belongs into "nanofleet secrets".

Examples:
  nanofleet env set shop LOG_LEVEL=debug        for all services of the app
  nanofleet env set shop web CACHE=on           for one
  nanofleet env list shop
  nanofleet env rm shop LOG_LEVEL`

/** `nanofleet env set | list | rm` */
export function env(command: Command, open: Open): void {
  command.addHelpText('after', EXAMPLES).addCommand(set(open)).addCommand(list(open)).addCommand(remove(open))
}

function set(open: Open): Command {
  return new Command('set')
    .description('set variables of an app on this stage, or of one of its services')
    .usage('[options] <app> [service] <name=value...>')
    .argument('<app>', 'the app', name)
    .argument('<service-or-name=value...>', 'a service, if they are for that one alone, and what to set')
    .addHelpText(
      'after',
      '\nExamples:\n  nanofleet env set shop LOG_LEVEL=debug\n  nanofleet env set shop web LOG_LEVEL=debug CACHE=on',
    )
    .action(async (app: string, words: string[], _options, self: Command) => {
      const place = `env set ${app}`
      const wanted = assignments(place, words)
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { checkKnown, knownApp } = await import('../stage/known-app.ts')
      const { variablesOf } = await import('../stage/env-list.ts')
      const { withVariables } = await import('../../core/deploy/app-variables.ts')
      const known = await knownApp(context, app)
      checkKnown(place, known, wanted[0]?.service)
      const settings = variablesOf(context, app)
      const others = (await settings.values()).filter(
        (one) => !wanted.some((other) => isSameSetting(one, other)),
      )
      // Refused now rather than by the next deployment.
      if (known.pushed) withVariables(known.pushed, [...others, ...wanted])
      for (const { value, ...one } of wanted) await settings.set(one, value)
      const said = wanted.map((one) => `${settingText(app, one)} is ${JSON.stringify(one.value)}`)
      context.output.result(
        wanted,
        `${said.join('\n')}\nfrom the next deployment on: nanofleet deploy ${app}`,
      )
    })
}

function list(open: Open): Command {
  return new Command('list')
    .description('the variables of the services of an app, where each value comes from, and what runs')
    .argument('<app>', 'the app', name)
    .argument('[service]', 'only this service', name)
    .addHelpText('after', '\nExamples:\n  nanofleet env list shop\n  nanofleet env list shop web')
    .action(async (app: string, service: string | undefined, _options, self: Command) => {
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { listEnv } = await import('../stage/env-list.ts')
      const variables = await listEnv(context, app, service)
      context.output.result(variables, envText(app, variables))
    })
}

function remove(open: Open): Command {
  return new Command('rm')
    .description('take variables of this stage away, so that those of the manifest count again')
    .usage('[options] <app> [service] <name...>')
    .argument('<app>', 'the app', name)
    .argument('[service-or-name...]', 'a service, if they are of that one alone, and their names')
    .option('--all', 'all variables of the app')
    .addHelpText('after', '\nExamples:\n  nanofleet env rm shop LOG_LEVEL\n  nanofleet env rm shop --all')
    .action(async (app: string, words: string[], options: { all?: true }, self: Command) => {
      const place = `env rm ${app}`
      if (words.length > 0 === (options.all === true))
        throw new InvalidInput(place, 'takes names of variables, or --all', 'give one of them')
      const context = await open(self.optsWithGlobals<GlobalOptions>())
      const { variablesOf } = await import('../stage/env-list.ts')
      const settings = variablesOf(context, app)
      const kept: SettingName[] = await settings.list()
      const wanted = options.all ? kept : namesOf(place, words)
      const missing = wanted.find((one) => !kept.some((other) => isSameSetting(one, other)))
      if (missing || wanted.length === 0)
        throw new NotFound(
          missing ? `${settingText(app, missing)} is not set` : `${app} has no variables set`,
        )
      await settings.remove(wanted)
      const done = wanted.map(({ name, service }) => ({ name, ...(service !== undefined && { service }) }))
      const said = done.map((one) => `${settingText(app, one)} is not set any more`)
      context.output.result(done, `${said.join('\n')}\nfrom the next deployment on: nanofleet deploy ${app}`)
    })
}

/** The first word is a service if it can be none of the names that follow, or if others do. */
function namesOf(place: string, words: readonly string[]): SettingName[] {
  const [first = '', ...rest] = words
  if (words.length === 1 || !LABEL.test(first)) return words.map((word) => ({ name: word }))
  if (rest.includes(first)) throw new InvalidInput(place, `${first} is there twice`, 'name the service once')
  return rest.map((word) => ({ service: first, name: word }))
}
