import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { askInTurn, Traffic, whoAnswers } from '../../scripts/demo/requests.ts'
import { resolve } from '../live/names.ts'
import { withWeb } from '../live/stage.ts'
import { untilWhole, webUrl } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

describe('scaling', () => {
  let context: Context
  let url: string
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
    url = await webUrl(context)
  }, 240_000)

  const scale = (count: number) => runToEnd(context, 'scale', { app: 'web', service: 'web', count }, 90)

  it('scales up to four instances and back to two without a failed request', async () => {
    const traffic = new Traffic(url)
    await scale(4)
    const seen = new Set((await askInTurn(url, 12)).map(({ instance }) => instance))
    await scale(2)
    await untilWhole(context, 2, 20)
    const { answered, failures } = await traffic.stop()
    expect(seen.size).toBe(4)
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(50)
  }, 120_000)

  it('scales to zero, where the gateway says so and DNS is empty, and back', async () => {
    await scale(0)
    expect(await whoAnswers(url)).toEqual({ failure: 'HTTP 503' })
    expect(await resolve(context, 'web')).toEqual([])
    expect(await appStatus(context, 'web')).toMatchObject([{ desired: 0, running: 0 }])
    await scale(2)
    await untilWhole(context, 2, 20)
    await askInTurn(url, 4)
  }, 120_000)

  it('stays at the number set by hand when the app is deployed again', async () => {
    await scale(3)
    await runToEnd(context, 'deploy', { app: 'web' })
    await untilWhole(context, 3, 20)
    await scale(2)
    await untilWhole(context, 2, 20)
  }, 120_000)
})
