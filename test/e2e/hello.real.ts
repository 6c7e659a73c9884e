import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { removeApp, untilAppIsWhole, withApp } from '../live/apps.ts'
import { LANGUAGES } from '../live/languages.ts'
import { tryResolve } from '../live/names.ts'
import { regionOf } from '../live/stage.ts'

describe('an app with a service in each language', () => {
  let context: Context
  beforeAll(async () => {
    context = await withApp('hello')
    await untilAppIsWhole(context, 'hello', 30)
  }, 300_000)
  afterAll(() => removeApp(context, 'hello'), 120_000)

  it.each(LANGUAGES)('answers for %s through the gateway and is in DNS', async (service, language) => {
    const row = (await appStatus(context, 'hello')).find((one) => one.service === service)
    const [instance] = await serviceInstances(regionOf(context), 'hello', service)
    const { status, body } = await throughGateway(row?.url ?? '')
    expect(status).toBe(200)
    expect(body.toString()).toMatch(new RegExp(`^hello from ${language} on ${instance?.instanceId}`))
    expect(await tryResolve(context, `hello-${service}`)).toEqual([instance?.privateIp])
  })
})
