import { type Context, openContext } from '../../cli/context.ts'
import { Output } from '../../cli/output.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { up } from '../../local/supervisor.ts'
import { bringUp } from './bring-up.ts'
import { cleanUp } from './clean-up.ts'
import { deployControlPlane } from './control-plane.ts'
import { killOne, regionOf, requests, scaleUpAndDown } from './exercise.ts'
import { compare, type Inventory, readInventory } from './inventory.ts'
import type { Story } from './story.ts'

/** The app that the demo deploys; it takes the platform with it. */
export const APP = 'web'

/** Chapters of `bringEverythingUp`, and of both parts. */
export const CHAPTERS = { up: 4, all: 8 }

/** What the first part leaves for the second one. */
interface Shown {
  context: Context
  /** What there was before the first app. */
  before: Inventory
}

/** First part: from nothing to an app that answers. */
export async function bringEverythingUp(
  settings: LocalSettings,
  story: Story,
  output = new Output(false),
): Promise<Shown> {
  const { record } = await story.chapter('Local region', () => up(settings))
  story.say(`AWS at ${record.endpoint}, gateway at ${record.gateway}`)
  await story.chapter('Control plane: serverless deploy --stage local', () => deployControlPlane(settings))
  const context = await openContext({ stage: 'local' }, {}, settings, output)
  const before = await readInventory(record.endpoint)
  await story.chapter(`Build and deploy: platform and ${APP}`, () => bringUp(context, APP))
  await story.chapter('Requests through the gateway', () => requests(context, APP, story))
  return { context, before }
}

/** Second part: heal, scale, tear down, and prove that nothing is left. */
export async function exerciseAndTearDown({ context, before }: Shown, story: Story): Promise<void> {
  await story.chapter('Kill one instance', () => killOne(context, APP, story))
  await story.chapter('Scale to 4 and back', () => scaleUpAndDown(context, APP, story))
  await story.chapter('Tear down and clean the images', () => cleanUp(context, [APP, 'platform']))
  const inventory = await story.chapter('Compare the inventory', () => compare(before, regionOf(context)))
  story.say(`    as before: ${inventory.join(', ')}`)
}
