import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { GetParametersCommand } from '@aws-sdk/client-ssm'
import { beforeAll, describe, expect, it } from '@jest/globals'
import type { Context } from '../../cli/context.ts'
import type { StageStatus } from '../../cli/stage/stage-status.ts'
import { imageParameter } from '../../core/base/names.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import { until } from '../../scripts/demo/wait.ts'
import { Command, nanofleet } from '../live/cli.ts'
import { withoutLaunches } from '../live/launches.ts'
import { goOn } from '../live/processes.ts'
import { edit, pushChanged, pushOwn } from '../live/source.ts'
import { regionOf, withWeb } from '../live/stage.ts'
import { untilWhole, webInstances, webUrl } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'

const MINUTE_MS = 60_000

describe('what commands say of a fault', () => {
  let context: Context
  beforeAll(async () => {
    context = await withWeb()
    await untilWhole(context, 2, 30)
  }, 4 * MINUTE_MS)

  const servers = () => serviceInstances(regionOf(context), 'platform', 'consul')
  const looks = async (): Promise<StageStatus & { code: number | null }> => {
    const { code, out, err } = await nanofleet('status', '--json')
    if (!out.includes('"services"')) throw new Error(`status ended with ${code}: ${out}${err}`)
    return { code, ...JSON.parse(out) }
  }

  it(
    'a release that never becomes healthy ends soon after it should have started, and says what comes back',
    async () => {
      const before = await context.releases().current('web')
      await pushChanged(context, 'web', (root) =>
        edit(
          join(root, 'apps/web/main.ts'),
          'await serve(port, listener)',
          `await serve(port, (request, response) =>
  request.url === '/healthz' ? response.writeHead(500).end('the ledger is closed') : listener(request, response))`,
        ),
      )
      try {
        const { code, err } = await new Command(['deploy', 'web', '--no-push']).end(170)
        expect(code).toBe(1)
        const back = `release ${before?.release}`
        expect(err).toMatch(
          new RegExp(
            `release ${(before?.release ?? 0) + 1} failed: web: not healthy (4[5-9]|5\\d|60) s after its start, which may take 30 s: i-\\w+: does not pass its Consul check as web, which says: .*the ledger is closed.*; bringing back ${back}\n`,
          ),
        )
        expect(err).toMatch(new RegExp(`back to ${back}, wave 1 of 1: web, 2 instances`))
        expect(err).toMatch(
          new RegExp(`nanofleet: deploy web ended as DoomedWave after .*; ${back} is back\n`),
        )
        expect((await nanofleet('executions')).out).toMatch(
          new RegExp(`^  web: not healthy .*; ${back} is back$`, 'm'),
        )
      } finally {
        await pushOwn(context, 'web')
      }
      await untilWhole(context, 2, 30)
    },
    4 * MINUTE_MS,
  )

  it(
    'a gateway that hangs is a page that does not answer',
    async () => {
      const { gateway } = regionOf(context).pids
      if (!gateway) throw new Error('the gateway has no process')
      process.kill(gateway.pid, 'SIGSTOP')
      try {
        const url = await webUrl(context)
        const seen = await looks()
        expect(seen.code).toBe(1)
        expect(seen.services.find(({ app }) => app === 'web')).toMatchObject({
          healthy: 2,
          wrong: [`${url} does not answer: no answer within 5 s`],
        })
      } finally {
        goOn(gateway.pid)
      }
      await until('the page to answer', 20, async () => ((await looks()).code === 0 ? true : undefined))
    },
    2 * MINUTE_MS,
  )

  it(
    'Consul without a leader leaves health unknown, and a program that ended is named meanwhile by nobody',
    async () => {
      const running = await servers()
      const pids = running.slice(0, 2).flatMap(({ pid }) => pid ?? [])
      expect(pids).toHaveLength(2)
      for (const pid of pids) process.kill(pid, 'SIGSTOP')
      try {
        const seen = await until('the leader to be lost', 25, async () => {
          const status = await looks()
          return status.consul.leader === null ? status : undefined
        })
        expect(seen.code).toBe(1)
        const web = seen.services.find(({ app }) => app === 'web')
        expect(web).toMatchObject({ desired: 2, running: 2, healthy: null, problems: {} })
        expect(web?.wrong).toEqual([expect.stringMatching(/^health is unknown: /)])
        expect(seen.consul).toMatchObject({ servers: 3, alive: 1 })
        expect((await nanofleet('doctor')).out).toMatch(
          /^\? web\/web: unknown of 2 healthy; health is unknown/m,
        )
      } finally {
        for (const pid of pids) process.kill(pid, 'SIGCONT')
      }
      await until('all to be well', 100, async () => ((await looks()).code === 0 ? true : undefined))
      expect(await webInstances(context)).toHaveLength(2)
    },
    4 * MINUTE_MS,
  )

  it(
    'a Consul server that died is named, and the others are well',
    async () => {
      const [victim] = await servers()
      if (!victim?.pid) throw new Error('no Consul server runs')
      const { pid } = victim
      const seen = await withoutLaunches(context, 'platform', 'consul', async () => {
        process.kill(pid, 'SIGKILL')
        return await until('the death to be seen', 30, async () => {
          const status = await looks()
          return status.consul.alive < 3 ? status : undefined
        })
      })
      expect(seen.consul.servers).toBe(3)
      const consul = seen.services.find(({ service }) => service === 'consul')
      expect(consul?.healthy).toBeGreaterThanOrEqual(1)
      expect(
        Object.values(consul?.problems ?? {}).filter((problem) => problem.includes('no vote')).length,
      ).toBeLessThan(2)
      await until('three again', 100, async () => ((await looks()).code === 0 ? true : undefined))
    },
    3 * MINUTE_MS,
  )

  it(
    'an app whose only exposed service is renamed and hidden goes on, and nothing keeps the old image',
    async () => {
      const write = (services: object) => async (root: string) => {
        const folder = join(root, 'images/pair')
        for (const service of Object.keys(services)) {
          await cp(join(root, 'images/web/web'), join(folder, service), { recursive: true })
          const definition = { service: { name: `pair-${service}`, port: 8080, checks: [] } }
          await writeFile(join(folder, service, 'consul.json'), JSON.stringify(definition))
        }
        await writeFile(join(folder, 'app.yml'), JSON.stringify({ app: 'pair', services }))
      }
      const spec = { source: 'apps/web', port: 8080 }
      const records = async () => {
        const Names = ['shown', 'hidden'].map((service) => imageParameter(context.stage, 'pair', service))
        const { Parameters = [] } = await context.ssm().send(new GetParametersCommand({ Names }))
        return Parameters.map(({ Name }) => Name)
      }
      await pushChanged(context, 'pair', write({ shown: { ...spec, expose: { port: 8020 } } }))
      await runToEnd(context, 'deploy', { app: 'pair' }, 90)
      await pushChanged(context, 'pair', write({ hidden: spec }))
      await runToEnd(context, 'deploy', { app: 'pair' }, 90)
      expect(await records()).toEqual([imageParameter(context.stage, 'pair', 'hidden')])
      await runToEnd(context, 'teardown', { app: 'pair', confirm: 'pair', data: 'delete' }, 60)
    },
    4 * MINUTE_MS,
  )
})
