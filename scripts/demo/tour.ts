import { type Context, openContext } from '../../cli/context.ts'
import { Output } from '../../cli/output.ts'
import { PLATFORM } from '../../core/base/names.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { up } from '../../local/supervisor.ts'
import type { Chapter, DemoApp } from './apps/demo-app.ts'
import { bringUp } from './bring-up.ts'
import { cleanUp } from './clean-up.ts'
import { deployControlPlane } from './control-plane.ts'
import { compare, type Inventory, readInventory } from './inventory.ts'
import { regionOf } from './places.ts'
import type { Story } from './story.ts'

/** How many chapters `bringEverythingUp` has for these apps, and both parts together. */
export function chapters(apps: DemoApp[]): { up: number; all: number } {
  const up = 2 + 2 * apps.length
  return { up, all: up + apps.flatMap(({ exercise }) => exercise).length + 2 }
}

/** What the first part passes to the second. */
interface Shown {
  context: Context
  apps: DemoApp[]
  /** What existed before the first app. */
  before: Inventory
}

/** First part: from nothing to running apps. */
export async function bringEverythingUp(
  settings: LocalSettings,
  apps: DemoApp[],
  story: Story,
  output = new Output(false),
): Promise<Shown> {
  const { record } = await story.chapter('Local region', () => up(settings))
  story.say(`AWS at ${record.endpoint}, gateway at ${record.gateway}`)
  await story.chapter('Control plane: serverless deploy --stage local', () => deployControlPlane(settings))
  const context = await openContext({ stage: 'local' }, {}, settings, output)
  const before = await readInventory(record)
  for (const [index, app] of apps.entries()) {
    const what = index === 0 ? `platform and ${app.name}` : app.name
    await story.chapter(`Build and deploy: ${what}`, async () => {
      story.say(`    ${app.name}: ${app.building}`)
      await bringUp(context, app.name)
    })
    await play(app.show, context, story)
  }
  return { context, apps, before }
}

/** Second part: heal, scale, tear down, and prove that nothing is left. */
export async function exerciseAndTearDown({ context, apps, before }: Shown, story: Story): Promise<void> {
  for (const chapter of apps.flatMap(({ exercise }) => exercise)) await play(chapter, context, story)
  const names = [...apps.map(({ name }) => name), PLATFORM]
  await story.chapter('Tear down and clean the images', () => cleanUp(context, names))
  const inventory = await story.chapter('Compare the inventory', () => compare(before, regionOf(context)))
  story.say(`    as before: ${inventory.join(', ')}`)
}

const play = (chapter: Chapter, context: Context, story: Story): Promise<void> =>
  story.chapter(chapter.title, () => chapter.play(context, story))
