import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { down } from '../../local/supervisor.ts'
import { compare } from '../../scripts/demo/inventory.ts'
import { foreignEvents } from '../live/foreign.ts'
import { stageImages } from '../live/images.ts'
import { processesOf } from '../live/processes.ts'
import { liveSettings } from '../live/settings.ts'
import { inventoryBefore, regionOf, withWeb } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

/** The end of a stage's life: nothing that is billed by the hour or by size stays. */
describe('teardown and clean-amis', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
  }, 240_000)

  it('remove nothing in a dry run', async () => {
    const images = await stageImages(context)
    const { output } = await runToEnd(context, 'clean-amis', { keep: 0 })
    expect(output).toHaveProperty('remove')
    expect(await stageImages(context)).toEqual(images)
  }, 60_000)

  it('keep the images that a running app uses', async () => {
    const release = await context.releases().current('web')
    await runToEnd(context, 'clean-amis', { dryRun: false, keep: 0 })
    const left = (await stageImages(context)).map(({ ImageId }) => ImageId)
    expect(left).toContain(release?.services.web?.imageId)
  }, 60_000)

  it('remove the apps, those that need others first, and again without an error', async () => {
    for (const app of ['web', 'platform']) await runToEnd(context, 'teardown', { app, confirm: app }, 180)
    expect(await context.releases().deployedApps()).toEqual([])
    for (const app of ['web', 'platform']) await runToEnd(context, 'teardown', { app, confirm: app }, 60)
  }, 240_000)

  it('leave a control plane that handles events without any Consul server', async () => {
    const [image] = await stageImages(context)
    const { batches, rounds, calls, deadLetters } = await foreignEvents(context, image?.ImageId ?? '')
    expect([...batches, ...rounds].filter((line) => line.includes('ERROR'))).toEqual([])
    expect(deadLetters).toBe(0)
    expect(calls.length).toBeLessThanOrEqual(batches.length + rounds.length)
  }, 90_000)

  it('leave the same inventory as before the first deployment', async () => {
    await runToEnd(context, 'clean-amis', { dryRun: false, keep: 0 })
    expect(await stageImages(context)).toEqual([])
    await compare(await inventoryBefore(), regionOf(context))
  }, 90_000)

  it('leave no process when the region stops', async () => {
    const { state } = liveSettings()
    expect(await processesOf(state)).not.toEqual([])
    await down(liveSettings())
    expect(await processesOf(state)).toEqual([])
  }, 60_000)
})
