import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import { differences, type Inventory, readInventory } from '../../scripts/demo/inventory.ts'
import { until } from '../../scripts/demo/wait.ts'
import { nanofleet } from '../live/cli.ts'
import { catalogEntries } from '../live/names.ts'
import { pushChanged } from '../live/source.ts'
import { regionOf, withWeb } from '../live/stage.ts'
import { untilWhole, webInstances } from '../live/web.ts'
import { ended, endState, run, start } from '../live/workflows.ts'

/** What a person gets wrong in the console or in an app's folder. */
describe('bad input', () => {
  let context: Context
  let before: Inventory
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
    before = await readInventory(regionOf(context))
  }, 240_000)

  const changes = async (): Promise<string[]> => differences(before, await readInventory(regionOf(context)))

  it.each([
    ['an unknown app', 'deploy', { app: 'webb' }, /webb/],
    ['an unknown app', 'build', { app: 'webb' }, /webb/],
    ['an unknown app', 'teardown', { app: 'webb', confirm: 'webb' }, /webb/],
    ['an unknown key', 'deploy', { app: 'web', replicas: 3 }, /replicas/],
    ['an unknown key', 'clean-amis', { dryrun: false }, /dryrun.*dryRun/],
    ['an invalid name', 'deploy', { app: '../web' }, /app: /],
    ['a count below 0', 'scale', { app: 'web', service: 'web', count: -1 }, /count/],
    ['a count above the limit', 'scale', { app: 'web', service: 'web', count: 101 }, /count 101 .*0 to 100/],
    ['an unknown service', 'scale', { app: 'web', service: 'wbe', count: 2 }, /wbe.* web/],
    ['an unknown service', 'build', { app: 'web', services: ['wbe'] }, /wbe.* web/],
    ['a release that is not kept', 'deploy', { app: 'web', release: 99 }, /release 99/],
    ['a removal that nobody confirmed', 'teardown', { app: 'web' }, /confirm/],
    ['the removal of what others need', 'teardown', { app: 'platform', confirm: 'platform' }, /web/],
  ])(
    'is refused in one sentence, with nothing changed: %s for %s',
    async (_what, workflow, input, words) => {
      const over = await run(context, workflow, input, 30)
      expect(over.status).toBe('FAILED')
      expect(await endState(context, over.arn)).toBe('FailureClean')
      expect(over.cause).toMatch(words)
      // A sentence for people: no JSON, no stack trace, no second line.
      expect(over.cause).not.toMatch(/[\n{}]|\bat \//)
      expect(await changes()).toEqual([])
    },
    40_000,
  )

  it('tells the second of two deployments which execution holds the lock', async () => {
    const arns = await Promise.all([1, 2].map(() => start(context, 'deploy', { app: 'web' })))
    const runs = await Promise.all(arns.map((arn) => ended(context, arn, 90)))
    const refused = runs.find(({ status }) => status === 'FAILED')
    const winner = runs.find(({ status }) => status === 'SUCCEEDED')
    expect(refused?.error).toBe('LockHeld')
    expect(refused?.cause).toContain(winner?.arn ?? 'the run that succeeds')
    expect(await endState(context, refused?.arn ?? '')).toBe('FailureClean')
  }, 100_000)

  it('stops a deployment early when its program ends at once, with its last output and nothing left behind', async () => {
    await pushChanged(context, 'broken', makeBroken)
    const over = await run(context, 'deploy', { app: 'broken' }, 90)
    expect(over.status).toBe('FAILED')
    expect(await endState(context, over.arn)).toBe('FailureClean')
    expect(over.cause).toContain('the ledger is missing')
    const { out } = await nanofleet('logs', 'broken', '--tail', '40')
    expect(out).toContain('at open (apps/broken/main.ts:3:9)')
    expect((over.endedAt?.getTime() ?? Number.NaN) - over.startedAt.getTime()).toBeLessThan(60_000)

    // Only the image stays, for the next attempt: the snapshot, the AMI and the record of both.
    await until('an inventory as before', 20, async () =>
      (await changes()).every((change) => /^(images|snapshots|parameters) /.test(change)) ? true : undefined,
    )
    expect(await context.releases().deployedApps()).not.toContain('broken')
    expect(await catalogEntries(context, 'broken')).toEqual([])
    expect(await webInstances(context)).toHaveLength(2)
  }, 120_000)
})

/** An app that ends as soon as it starts, in a copy of the checkout. */
async function makeBroken(root: string): Promise<void> {
  await mkdir(join(root, 'images/broken/main'), { recursive: true })
  await mkdir(join(root, 'apps/broken'), { recursive: true })
  const manifest = `app: broken
requires: [platform]
services:
  main: {source: apps/broken, port: 8090, protocol: http}
`
  await writeFile(join(root, 'images/broken/app.yml'), manifest)
  await cp(join(root, 'images/web/web/Dockerfile'), join(root, 'images/broken/main/Dockerfile'))
  const config = { Program: '/usr/local/bin/node', Args: ['/app/main.mjs'], Env: { PORT: '8090' } }
  await writeFile(join(root, 'images/broken/main/config.json'), JSON.stringify(config))
  const definition = { service: { name: 'broken', port: 8090, checks: [] } }
  await writeFile(join(root, 'images/broken/main/consul.json'), JSON.stringify(definition))
  const program =
    "type Ledger = string\nfunction open(name: Ledger) {\n  throw new Error('the ledger is missing')\n}\nopen('a')\n"
  await writeFile(join(root, 'apps/broken/main.ts'), program)
}
