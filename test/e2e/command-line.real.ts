import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { accountId } from '../../adapters/aws/account.ts'
import { DynamoLockTable } from '../../adapters/aws/lock-table.ts'
import type { Context } from '../../cli/context.ts'
import { askInTurn } from '../../scripts/demo/requests.ts'
import { until } from '../../scripts/demo/wait.ts'
import { Command, nanofleetJson as json, nanofleet } from '../live/cli.ts'
import { clientSettings, withWeb } from '../live/stage.ts'
import { untilWhole, webInstances, webUrl } from '../live/web.ts'
import { ended, runToEnd } from '../live/workflows.ts'

describe('the nanofleet command', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
  }, 240_000)

  const lockIsHeld = async (): Promise<boolean> => {
    const documents = DynamoDBDocumentClient.from(new DynamoDBClient(clientSettings(context)))
    return (await new DynamoLockTable(documents, context.table).read('web'))?.owner !== undefined
  }

  it('shows what is running, as a table and as JSON', async () => {
    const { code, out } = await nanofleet('status')
    expect(code).toBe(0)
    expect(out).toMatch(/^platform +consul +3\/3 /m)
    expect(out).toMatch(/^web +web +2\/2 .* http:\/\/web\.localhost:\d+\/$/m)
    const { services } = (await json('status', 'web')) as { services: Record<string, unknown>[] }
    expect(services).toMatchObject([{ app: 'web', service: 'web', desired: 2, healthy: 2, problems: {} }])
  }, 30_000)

  it('knows the account of the local region without asking for it', async () => {
    expect(await accountId(context.sts())).toBe(context.account)
  })

  it('prints what the instances wrote', async () => {
    await askInTurn(await webUrl(context), 2)
    const [instance] = await webInstances(context)
    await until('a line of the instance', 15, async () => {
      const { code, out } = await nanofleet('logs', 'web')
      expect(code).toBe(0)
      return out.includes(instance?.instanceId ?? '') && out.includes('GET /whoami') ? true : undefined
    })
  }, 40_000)

  it('says where a service answers', async () => {
    expect(await nanofleet('open', 'web', '--print')).toMatchObject({
      code: 0,
      out: `${await webUrl(context)}\n`,
    })
  }, 20_000)

  it('lists the images, the runs of workflows and the checks of the stage', async () => {
    const release = await context.releases().current('web')
    expect(await json('amis')).toContainEqual(
      expect.objectContaining({ imageId: release?.services.web?.imageId, app: 'web', service: 'web' }),
    )
    expect(await json('executions')).toContainEqual(
      expect.objectContaining({ workflow: 'deploy', status: 'SUCCEEDED' }),
    )
    const findings = (await json('doctor')) as { state: string }[]
    expect(findings.filter(({ state }) => state !== 'good')).toEqual([])
    expect(findings.length).toBeGreaterThan(3)
  }, 40_000)

  it('plans the removal of images and removes nothing', async () => {
    const before = await json('amis')
    expect(await nanofleet('amis', 'clean', '--keep', '0')).toMatchObject({ code: 0 })
    expect(await json('amis')).toEqual(before)
  }, 60_000)

  it('starts an earlier run again', async () => {
    const over = await runToEnd(context, 'scale', { app: 'web', service: 'web', count: 2 })
    const { code, out } = await nanofleet('retry', over.name, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ workflow: 'scale', status: 'SUCCEEDED', input: over.input })
  }, 60_000)

  it.each([
    [2, 'an unknown option', ['status', '--colour'], /--colour/],
    [2, 'an unknown command', ['deplyo', 'web'], /deplyo/],
    [2, 'a word of another tool', ['undo', 'web'], /"rollback"/],
    [2, 'an invalid count', ['scale', 'web', 'web', 'many'], /"?many"?/],
    [2, 'a count out of bounds', ['scale', 'web', 'web', '101'], /count 101/],
    [2, 'a removal that nobody can confirm', ['teardown', 'web'], /--yes/],
    [2, 'an app that is not in this checkout', ['deploy', 'webb'], /webb.*web/],
    [3, 'an app that is not deployed', ['status', 'webb'], /webb is not deployed/],
    [3, 'a service that an app does not have', ['status', 'web', 'db'], /no service db; it has web/],
    [3, 'a run that does not exist', ['executions', 'nobody-20260101'], /nobody-20260101/],
    [3, 'an app that was never pushed', ['deploy', 'webb', '--no-push'], /webb/],
  ])(
    'ends with %i for %s',
    async (expected, _what, args, words) => {
      const { code, err } = await nanofleet(...args)
      expect(err).toMatch(words)
      expect(err).not.toMatch(/\n {4}at /)
      expect(code).toBe(expected)
    },
    40_000,
  )

  it('ends with 3 while the region is down, and says how to start it', async () => {
    const state = await mkdtemp(join(tmpdir(), 'no-region-'))
    const { code, err } = await new Command(['status'], { NANOFLEET_STATE: state }).end()
    await rm(state, { recursive: true })
    expect(err).toContain('nanofleet local up')
    expect(code).toBe(3)
  }, 20_000)

  it('detaches at Ctrl-C without stopping the run, and says how to look at it; a second run meets the lock', async () => {
    // To fewer instances: the one that goes is drained first, so the run takes some seconds.
    const first = new Command(['scale', 'web', 'web', '1'])
    const [, name] = await until('the run under way', 20, async () => {
      const running = / runs as (\S+)/.exec(first.said.err)
      return running && (await lockIsHeld()) ? running : undefined
    })
    expect(await nanofleet('scale', 'web', 'web', '2')).toMatchObject({
      code: 4,
      err: expect.stringContaining(name ?? ''),
    })
    first.child.kill('SIGINT')
    const { code, err } = await first.end(10)
    expect(code).toBe(130)
    expect(err).toContain(`nanofleet --stage local executions ${name}`)
    const arn = `${context.workflows().machine('scale').replace(':stateMachine:', ':execution:')}:${name}`
    expect(await ended(context, arn)).toMatchObject({ status: 'SUCCEEDED' })
    await runToEnd(context, 'scale', { app: 'web', service: 'web', count: 2 })
    await untilWhole(context, 2, 30)
  }, 120_000)
})
