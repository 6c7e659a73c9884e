import { describe, expect, it } from '@jest/globals'
import { liveStage } from '../live/stage.ts'
import { endState, run, runToEnd } from '../live/workflows.ts'

const FIVE_MINUTES_MS = 5 * 60 * 1000

interface Built {
  images: { service: string; imageId: string; built: boolean; reason: string }[]
  skipped: { service: string; imageId: string; reason: string }[]
}
interface Cleaned {
  remove?: { imageId: string; snapshots: string[] }[]
  removed?: { id: string; removed: boolean; snapshots: string[] }[]
}

describe('the workflow build', () => {
  it(
    'builds what is requested once, and again only when forced',
    async () => {
      const context = await liveStage()
      await runToEnd(context, 'build', { app: 'web' })
      const second = (await runToEnd(context, 'build', { app: 'web' })).output as Built
      expect(second.images).toEqual([])
      expect(second.skipped).toMatchObject([{ service: 'web', reason: 'nothing changed since its image' }])
      const forced = (await runToEnd(context, 'build', { app: 'web', force: true })).output as Built
      expect(forced.images).toMatchObject([{ service: 'web', built: true, reason: 'forced' }])
      expect(forced.images[0]?.imageId).not.toBe(second.skipped[0]?.imageId)
    },
    FIVE_MINUTES_MS,
  )

  it.each([
    [{ app: 'nobody' }, 'NotFound', /^No app nobody in /],
    [
      { app: 'web', services: ['wbe'] },
      'InvalidInput',
      /^input of build: services: the app web has no service "wbe"; it has web$/,
    ],
    [
      { app: 'web', servces: ['web'] },
      'InvalidInput',
      /^input of build: servces: unknown key; did you mean "services"\?$/,
    ],
  ])(
    'refuses %j as %s, in one sentence',
    async (input, error, cause) => {
      const context = await liveStage()
      const over = await run(context, 'build', input)
      expect(over.error).toBe(error)
      expect(await endState(context, over.arn)).toBe('FailureClean')
      expect(over.cause).toMatch(cause)
    },
    FIVE_MINUTES_MS,
  )
})

describe('the workflow clean-amis', () => {
  it('refuses wrong input by its name', async () => {
    const over = await run(await liveStage(), 'clean-amis', { dryrun: false })
    expect(over).toMatchObject({
      error: 'InvalidInput',
      cause: expect.stringMatching(/^input of clean-amis: /),
    })
  })

  it(
    'removes the image that a newer one replaced, and nothing in a dry run',
    async () => {
      const context = await liveStage()
      const before = (await runToEnd(context, 'build', { app: 'web', force: true })).output as Built
      await runToEnd(context, 'build', { app: 'web', force: true })
      const replaced = before.images[0]?.imageId
      const plan = (await runToEnd(context, 'clean-amis', { keep: 0 })).output as Cleaned
      expect(plan.remove?.map(({ imageId }) => imageId)).toContain(replaced)
      const again = (await runToEnd(context, 'clean-amis', { keep: 0 })).output as Cleaned
      expect(again.remove).toEqual(plan.remove)
      const done = (await runToEnd(context, 'clean-amis', { keep: 0, dryRun: false })).output as Cleaned
      expect(done.removed).toContainEqual({ id: replaced, removed: true, snapshots: [expect.any(String)] })
      const after = (await runToEnd(context, 'clean-amis', { keep: 0 })).output as Cleaned
      expect(after.remove).toEqual([])
    },
    FIVE_MINUTES_MS,
  )
})
