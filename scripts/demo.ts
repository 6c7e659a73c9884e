import { exitCodeOf } from '../cli/exit-codes.ts'
import { NanofleetError } from '../core/errors.ts'
import { type LocalSettings, readSettings } from '../local/settings.ts'
import { down, reset } from '../local/supervisor.ts'
import { Story } from './demo/story.ts'
import { APP, bringEverythingUp, CHAPTERS, exerciseAndTearDown } from './demo/tour.ts'
import { untilInterrupted } from './demo/wait.ts'

const USAGE = `usage: npm run demo [-- --once]

Starts the local region, deploys the control plane with "serverless deploy --stage local", builds and deploys
the platform and the app "web", sends requests through the gateway and stays up until Ctrl-C.

  --once   go on: kill an instance and watch it heal, scale to 4 and back, tear everything down, clean the
           images, compare the inventory with the one before, and stop the region`

async function main(args: string[]): Promise<number> {
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(`${USAGE}\n`)
    return 0
  }
  const unknown = args.find((arg) => arg !== '--once')
  if (unknown !== undefined) {
    process.stderr.write(`${unknown}: no such option\n\n${USAGE}\n`)
    return 2
  }
  return args.includes('--once') ? showAll() : showAndStay(readSettings())
}

/** In a region of its own, made for this run: what somebody keeps in the usual one is not touched. */
async function showAll(): Promise<number> {
  const settings = readSettings('once')
  await reset(settings)
  const story = new Story(CHAPTERS.all)
  await exerciseAndTearDown(await bringEverythingUp(settings, story), story)
  await reset(settings)
  story.end()
  return 0
}

async function showAndStay(settings: LocalSettings): Promise<number> {
  const story = new Story(CHAPTERS.up)
  await bringEverythingUp(settings, story)
  story.say(`
Try, in another terminal:
  npx nanofleet status              what runs, healthy or not
  npx nanofleet logs ${APP} --follow    what the instances write
  npx nanofleet scale ${APP} ${APP} 4       four instances instead of two
  npx nanofleet open ${APP}            the page in your browser

Ctrl-C stops the region and keeps its state.`)
  await untilInterrupted()
  await down(settings)
  return 0
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof NanofleetError)) throw error
  process.stderr.write(`\nThe demo stopped: ${error.message}\n`)
  process.stderr.write(
    'The region is left as it is: look with "npx nanofleet doctor", remove it with "npx nanofleet local reset".\n',
  )
  process.exitCode = exitCodeOf(error)
}
