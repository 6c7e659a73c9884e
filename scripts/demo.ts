import { exitCodeOf } from '../cli/exit-codes.ts'
import { InvalidInput, NanofleetError } from '../core/base/errors.ts'
import { type LocalSettings, readSettings } from '../local/settings.ts'
import { down, reset } from '../local/supervisor.ts'
import type { DemoApp } from './demo/apps/demo-app.ts'
import { readArguments, USAGE } from './demo/arguments.ts'
import { hints } from './demo/hints.ts'
import { Story } from './demo/story.ts'
import { bringEverythingUp, chapters, exerciseAndTearDown } from './demo/tour.ts'
import { untilInterrupted } from './demo/wait.ts'

async function main(args: string[]): Promise<void> {
  const { apps, once, help } = readArguments(args)
  if (help) process.stdout.write(`${USAGE}\n`)
  else if (once) await showAll(apps)
  else await showAndStay(apps, readSettings())
}

/** In a separate region, created for this run: the usual one is not touched. */
async function showAll(apps: DemoApp[]): Promise<void> {
  const settings = readSettings('once')
  await reset(settings)
  const story = new Story(chapters(apps).all)
  await exerciseAndTearDown(await bringEverythingUp(settings, apps, story), story)
  await reset(settings)
  story.end()
}

async function showAndStay(apps: DemoApp[], settings: LocalSettings): Promise<void> {
  const story = new Story(chapters(apps).up)
  await bringEverythingUp(settings, apps, story)
  story.say(hints(apps))
  await untilInterrupted()
  await down(settings)
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof NanofleetError)) throw error
  // Wrong input is found before anything starts.
  if (error instanceof InvalidInput) process.stderr.write(`${error.message}\n`)
  else
    process.stderr.write(`
The demo stopped: ${error.message}
The region stays as it is: look at it with "npx nanofleet doctor", remove it with "npx nanofleet local reset".
`)
  process.exitCode = exitCodeOf(error)
}
