import { join } from 'node:path'
import { CodeBuildClient, ListBuildsForProjectCommand } from '@aws-sdk/client-codebuild'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { controlName } from '../../core/base/names.ts'
import { askInTurn, Traffic } from '../../scripts/demo/requests.ts'
import { catalogEntries, resolve } from '../live/names.ts'
import { edit, pushChanged, pushOwn } from '../live/source.ts'
import { clientSettings, liveStage } from '../live/stage.ts'
import { untilWhole, webInstances, webPortUrl, webUrl } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

/** From a stage after just `serverless deploy` to a service that answers and is replaced by a new version. */
describe('the whole path', () => {
  let context: Context
  beforeAll(async () => {
    context = await liveStage()
  }, 180_000)
  afterAll(() => pushOwn(context, 'web'), 20_000)

  const builds = async (): Promise<number> => {
    const client = new CodeBuildClient(clientSettings(context))
    const projectName = controlName(context.stage, 'image')
    return (await client.send(new ListBuildsForProjectCommand({ projectName }))).ids?.length ?? 0
  }

  it('builds and deploys an app and what it requires, given only its name', async () => {
    expect(await context.releases().deployedApps()).toEqual([])
    const { output } = await runToEnd(context, 'deploy', { app: 'web' }, 180)
    expect(output).toMatchObject({ app: 'web', release: 1 })
    expect(await context.releases().deployedApps()).toEqual(['platform', 'web'])
    expect(await builds()).toBe(2)
  }, 200_000)

  it('answers at the gateway under its host name and at its port, with the instances taking turns', async () => {
    const instances = (await webInstances(context)).map(({ instanceId }) => instanceId).sort()
    for (const url of [await webUrl(context), await webPortUrl()]) {
      const answered = (await askInTurn(url, 8)).map(({ instance }) => instance)
      expect([...new Set(answered)].sort()).toEqual(instances)
      for (const [index, instance] of answered.slice(1).entries()) expect(instance).not.toBe(answered[index])
    }
  }, 20_000)

  it('is in DNS through the network load balancer: exactly its two instances', async () => {
    const addresses = (await webInstances(context)).map(({ privateIp }) => privateIp).sort()
    expect(addresses).toHaveLength(2)
    expect(await resolve(context, 'web')).toEqual(addresses)
  }, 20_000)

  it('is in the catalog once per instance, marked as ours', async () => {
    const entries = await catalogEntries(context, 'web')
    const instances = await webInstances(context)
    expect(entries).toHaveLength(instances.length)
    for (const { instanceId, privateIp } of instances) {
      const entry = entries.find(({ id }) => id === instanceId)
      expect(entry).toMatchObject({ address: privateIp, port: 8080, status: 'passing' })
      const meta = { 'external-source': 'nanofleet', 'instance-id': instanceId, app: 'web', stage: 'local' }
      expect(entry?.meta).toMatchObject(meta)
    }
  }, 20_000)

  it('is not built again while nothing changed', async () => {
    const before = await builds()
    await runToEnd(context, 'build', { app: 'web' })
    expect(await builds()).toBe(before)
  }, 60_000)

  it('is rebuilt after a change of one byte, and replaced without a failed request', async () => {
    const before = await builds()
    const images = new Set((await askInTurn(await webUrl(context), 4)).map(({ image }) => image))
    await pushChanged(context, 'web', (root) => edit(join(root, 'apps/web/page.ts'), 'Reload:', 'Reload!'))
    await runToEnd(context, 'build', { app: 'web' })
    expect(await builds()).toBe(before + 1)

    const old = (await webInstances(context)).map(({ instanceId }) => instanceId)
    const traffic = new Traffic(await webUrl(context))
    await runToEnd(context, 'deploy', { app: 'web' })
    await untilWhole(context, 2, 20)
    const { answered, failures } = await traffic.stop()
    expect(failures).toEqual([])
    expect(answered).toBeGreaterThan(50)

    const answers = await askInTurn(await webUrl(context), 8)
    for (const { instance, image } of answers) {
      expect(old).not.toContain(instance)
      expect(images).not.toContain(image)
    }
  }, 120_000)
})
