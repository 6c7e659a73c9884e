import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { ownImages } from '../../cli/images.ts'
import { compare } from '../../scripts/demo/inventory.ts'
import { foreignEvents } from '../support/live-foreign.ts'
import { inventoryBefore, regionOf, withWeb } from '../support/live-stage.ts'
import { webInstances } from '../support/live-web.ts'
import { runToEnd } from '../support/live-workflows.ts'

/** The end of a stage's life: nothing that was billed by the hour, or for its size, stays. */
describe('teardown and clean-amis', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
  }, 240_000)

  it('remove nothing in a dry run', async () => {
    const images = await ownImages(context.ec2(), context.stage)
    const { output } = await runToEnd(context, 'clean-amis', { keep: 0 })
    expect(output).toHaveProperty('remove')
    expect(await ownImages(context.ec2(), context.stage)).toEqual(images)
  }, 60_000)

  it('keep the images that a running app uses', async () => {
    const used = new Set((await webInstances(context)).map(({ imageId }) => imageId))
    await runToEnd(context, 'clean-amis', { dryRun: false, keep: 0 })
    const left = (await ownImages(context.ec2(), context.stage)).map(({ imageId }) => imageId)
    for (const image of used) expect(left).toContain(image)
  }, 60_000)

  it('take the apps away, those that need others first, and once more without complaint', async () => {
    for (const app of ['web', 'platform']) await runToEnd(context, 'teardown', { app, confirm: app }, 180)
    expect(await context.releases().deployedApps()).toEqual([])
    for (const app of ['web', 'platform']) await runToEnd(context, 'teardown', { app, confirm: app }, 60)
  }, 240_000)

  it('leave a control plane that bears events while no Consul server is there to tell', async () => {
    const [image] = await ownImages(context.ec2(), context.stage)
    const { batches, rounds, calls, deadLetters } = await foreignEvents(context, image?.imageId ?? '')
    expect([...batches, ...rounds].filter((line) => line.includes('ERROR'))).toEqual([])
    expect(deadLetters).toBe(0)
    expect(calls).toBeLessThanOrEqual(batches.length + rounds.length)
  }, 90_000)

  it('leave the inventory of before the first deployment', async () => {
    await runToEnd(context, 'clean-amis', { dryRun: false, keep: 0 })
    expect(await ownImages(context.ec2(), context.stage)).toEqual([])
    await compare(await inventoryBefore(), regionOf(context).endpoint)
  }, 90_000)
})
