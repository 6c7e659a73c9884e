import { Command } from 'commander'
import { repositoryOf } from '../../adapters/sources/app-files.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { costOf, together } from '../../core/prices/bill.ts'
import { CONTROL_PLANE } from '../../core/prices/control-bill.ts'
import { runServerless } from '../../local/serverless.ts'
import { type LocalSettings, readSettings } from '../../local/settings.ts'
import { checkStage, type GlobalOptions, regionOf } from '../context.ts'
import { processEnvironment, readEnvironment } from '../environment.ts'
import { Output } from '../output.ts'
import { readPrices } from '../price-file.ts'
import { costLines } from '../text/cost-text.ts'

const EXAMPLES = `
What a stage chooses is below stages in nanofleet.yml; docs/your-own-repository.md lists it.

Examples:
  nanofleet control deploy               on the local region, which must be up
  nanofleet --stage dev control deploy   on AWS
  nanofleet --stage dev control remove   after the teardown of every app`

/** `nanofleet control deploy | remove` */
export function control(command: Command): void {
  command
    .addHelpText('after', EXAMPLES)
    .addCommand(verb('deploy', 'put it up, or bring it to what this version of Nanofleet is'))
    .addCommand(verb('remove', 'take it down; no app may be up'))
}

const verb = (name: string, description: string): Command =>
  new Command(name).description(description).action(async (_options, self: Command) => {
    const options = self.optsWithGlobals<GlobalOptions>()
    checkStage(options.stage)
    const settings = readSettings()
    const args = [name, ...(await serverlessOptions(options, settings))]
    if (name === 'deploy' && options.stage !== 'local') await tellCost(options, settings)
    const code = await runServerless(args, settings, { log: 'inherit', all: environment(options, settings) })
    if (code !== 0) throw new ServiceFailure(`serverless ${args.join(' ')} ended with ${code}`)
  })

/** Before it goes: apps and the platform come later, and say themselves what they cost. */
async function tellCost(options: GlobalOptions, settings: LocalSettings): Promise<void> {
  const region = await regionOf(options, readEnvironment(), settings.root)
  const cost = costOf(readPrices(settings), region, together(), CONTROL_PLANE)
  const output = new Output(options.json === true)
  for (const line of costLines(cost)) output.note(line)
}

/** What the stage is called, where it is, and what `nanofleet.yml` chooses for it. */
export async function serverlessOptions(
  options: GlobalOptions,
  { root }: Pick<LocalSettings, 'root'>,
): Promise<string[]> {
  if (options.stage === 'local') return ['--stage', 'local']
  const { region: _, ...chosen } = (await repositoryOf(root)).stages[options.stage] ?? {}
  const params = Object.entries(chosen).flatMap(([name, value]) => ['--param', `${name}=${value}`])
  const region = await regionOf(options, readEnvironment(), root)
  return ['--stage', options.stage, '--region', region, ...params]
}

/** AWS is reached with what this shell has; the local region by its own key. */
function environment({ stage }: GlobalOptions, settings: LocalSettings): NodeJS.ProcessEnv {
  const { PATH } = settings.environment
  const here = { NANOFLEET_ROOT: settings.root, ...(PATH !== undefined && { PATH }) }
  if (stage !== 'local') return { ...processEnvironment(), ...here }
  return { ...settings.environment, ...settings.tuning, ...here, NANOFLEET_STATE: settings.state }
}
