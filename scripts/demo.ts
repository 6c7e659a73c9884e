import { join } from 'node:path'
import { openContext } from '../cli/context.ts'
import { exitCodeOf } from '../cli/exit-codes.ts'
import { NanofleetError } from '../core/errors.ts'
import { readSettings } from '../local/settings.ts'
import { down, reset, up } from '../local/supervisor.ts'
import { bringUp } from './demo/bring-up.ts'
import { cleanUp } from './demo/clean-up.ts'
import { deployControlPlane } from './demo/control-plane.ts'
import { killOne, requests, scaleUpAndDown } from './demo/exercise.ts'
import { compare, readInventory } from './demo/inventory.ts'
import { Story } from './demo/story.ts'
import { untilInterrupted } from './demo/wait.ts'

const USAGE = `usage: npm run demo [-- --once]

Starts the local region, deploys the control plane with "serverless deploy --stage local", builds and deploys
the platform and the app "web", sends requests through the gateway and stays up until Ctrl-C.

  --once   go on: kill an instance and watch it heal, scale to 4 and back, tear everything down, clean the
           images, compare the inventory with the one before, and stop the region`

const APP = 'web'

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
  const once = args.includes('--once')
  // A region of its own, made for this run: what somebody keeps in the usual one is not touched.
  if (once) process.env.NANOFLEET_STATE ??= join(readSettings().repository, '.nanofleet', 'once')
  if (once) await reset(readSettings())
  const story = new Story(once ? 8 : 4)
  const { record } = await story.chapter('Local region', () => up(readSettings()))
  story.say(`AWS at ${record.endpoint}, gateway at ${record.gateway}`)
  await story.chapter('Control plane: serverless deploy --stage local', deployControlPlane)
  const context = await openContext({ stage: 'local' })
  const before = await readInventory(record.endpoint)
  await story.chapter(`Build and deploy: platform and ${APP}`, () => bringUp(context, APP))
  await story.chapter('Requests through the gateway', () => requests(context, APP, story))
  if (!once) return stay(story)
  await story.chapter('Kill one instance', () => killOne(context, APP, story))
  await story.chapter('Scale to 4 and back', () => scaleUpAndDown(context, APP, story))
  await story.chapter('Tear down and clean the images', () => cleanUp(context, [APP, 'platform']))
  const inventory = await story.chapter('Compare the inventory', () => compare(before, record.endpoint))
  story.say(`    as before: ${inventory.join(', ')}`)
  await reset(readSettings())
  story.end()
  return 0
}

async function stay(story: Story): Promise<number> {
  story.say(`
Try, in another terminal:
  npx nanofleet status              what runs, healthy or not
  npx nanofleet logs ${APP} --follow    what the instances write
  npx nanofleet scale ${APP} ${APP} 4       four instances instead of two
  npx nanofleet open ${APP}            the page in your browser

Ctrl-C stops the region and keeps its state.`)
  await untilInterrupted()
  await down(readSettings())
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
