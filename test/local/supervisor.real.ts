import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { leftovers } from '../../local/orphans.ts'
import { isAlive, type ProcessRecord } from '../../local/process.ts'
import { type LocalRecord, readRecord } from '../../local/record.ts'
import { type LocalSettings, readSettings } from '../../local/settings.ts'
import { formatStatus, status } from '../../local/status.ts'
import { down, reset, up } from '../../local/supervisor.ts'
import { callAsRoot } from '../live/signed.ts'

jest.setTimeout(60_000)

let settings: LocalSettings
beforeEach(() => {
  const state = mkdtempSync(join(tmpdir(), 'region-'))
  settings = { ...readSettings(), state, port: 4966, gatewayPort: 8966, vpcCidr: '127.140.0.0/16' }
})
afterEach(async () => {
  await reset(settings)
  rmSync(settings.state, { recursive: true, force: true })
})

async function kill(part: 'region' | 'gateway'): Promise<ProcessRecord> {
  const record = (await readRecord(settings.state))?.pids[part]
  if (!record) throw new Error(`no ${part} is recorded`)
  process.kill(record.pid, 'SIGKILL')
  while (await isAlive(record));
  return record
}

describe('A local region', () => {
  it('starts once, is found by the next command and stops with nothing left', async () => {
    const first = await up(settings)
    expect(first.started).toEqual(['gateway', 'region'])
    expect(await up(settings)).toMatchObject({ started: [], record: first.record })
    const now = await status(settings)
    expect(now).toMatchObject({ running: true, region: { healthy: true }, gateway: { healthy: true } })
    expect(formatStatus(now)).toContain(first.record.endpoint)
    expect(await down(settings)).toMatchObject({ wasUp: true })
    expect(await leftovers(settings.state)).toEqual([])
    expect(await status(settings)).toMatchObject({ running: false })
    expect(await down(settings)).toEqual({ wasUp: false, reaped: 0 })
  })

  it.each(['region', 'gateway'] as const)(
    'is complete again after the next start when the %s was killed with -9 and no guard was left',
    async (part) => {
      const { record } = await up(settings)
      await kill('region')
      if (part === 'gateway') await kill(part)
      expect(await status(settings)).toMatchObject({ running: false })
      const again = await up(settings)
      expect(again.started).toContain(part)
      expect(again.record).toMatchObject({ endpoint: record.endpoint, gateway: record.gateway })
      expect((await status(settings)).running).toBe(true)
    },
  )

  it('starts region and gateway again when they die, and says when and why', async () => {
    const { record } = await up(settings)
    await putParameter(record, 'kept')
    const before = await health(record)
    process.kill(before.pid, 'SIGKILL')
    await until(async () => (await status(settings)).running && (await health(record)).pid !== before.pid)
    expect(await countParameters(record)).toBe(1)
    const gateway = await kill('gateway')
    await until(async () => (await status(settings)).running)
    const now = await status(settings)
    expect(now.gateway?.pid).not.toBe(gateway.pid)
    expect(now.restarts).toMatchObject({
      region: { count: 1, why: 'signal SIGKILL' },
      gateway: { count: 1, why: expect.any(String) },
    })
    expect(formatStatus(now)).toMatch(
      /^region: started again once, last at .*Z: it ended with signal SIGKILL$/m,
    )
    expect(await up(settings)).toMatchObject({ started: [] })
    expect(await down(settings)).toMatchObject({ wasUp: true })
    expect(await leftovers(settings.state)).toEqual([])
    await up(settings)
    expect((await status(settings)).restarts).toEqual({})
  })

  it('leaves a region down that dies again and again, and says so', async () => {
    const { record } = await up(settings)
    for (let died = 0; died < 6; died += 1) {
      await until(async () => {
        const answer = await health(record).catch(() => undefined)
        if (answer) process.kill(answer.pid, 'SIGKILL')
        return answer !== undefined
      })
    }
    await until(async () => (await status(settings)).region?.pid === null)
    const text = formatStatus(await status(settings))
    expect(text).toMatch(/^region: stays down: it ended 6 times in 120 s, last at .* with signal SIGKILL/m)
    expect((await up(settings)).started).toEqual(['region'])
  })

  it('ends what a crashed region left behind', async () => {
    await up(settings)
    const orphan = spawn('sleep', ['60'], {
      detached: true,
      stdio: 'ignore',
      env: { PATH: process.env.PATH ?? '', NANOFLEET_SUPERVISED: settings.state },
    })
    orphan.unref()
    await kill('region')
    const { reaped } = await up(settings)
    expect(reaped).toBeGreaterThanOrEqual(1)
    expect((await leftovers(settings.state)).map(({ pid }) => pid)).not.toContain(orphan.pid)
  })

  it('keeps its state over a restart, and loses it on reset', async () => {
    const { record } = await up(settings)
    await putParameter(record, 'kept')
    await down(settings)
    const again = await up(settings)
    expect(await countParameters(again.record)).toBe(1)
    await reset(settings)
    expect(existsSync(settings.state)).toBe(false)
    const fresh = await up(settings)
    expect(await countParameters(fresh.record)).toBe(0)
  })

  it('moves when its ports are taken', async () => {
    const taken = createServer().listen(settings.port, '127.0.0.1')
    const { record } = await up(settings).finally(() => taken.close())
    expect(record.endpoint).not.toBe(`http://127.0.0.1:${settings.port}`)
  })

  it('says why it does not start, with the last lines of the log', async () => {
    await expect(up({ ...settings, region: 'eu-west-1', python: process.execPath })).rejects.toThrow(
      /The emulator of the local region ended .*region\.log/s,
    )
  })
})

async function health(region: LocalRecord): Promise<{ pid: number }> {
  const answer = await fetch(`${region.endpoint}/_nanofleet/health`)
  return (await answer.json()) as { pid: number }
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`${holds} does not hold`)
    await sleep(100)
  }
}

const putParameter = (region: LocalRecord, name: string): Promise<unknown> =>
  callAsRoot(region, 'ssm', 'AmazonSSM.PutParameter', { Name: name, Value: 'x', Type: 'String' })

async function countParameters(region: LocalRecord): Promise<number> {
  const answer = await callAsRoot(region, 'ssm', 'AmazonSSM.DescribeParameters', {})
  return (answer as { Parameters?: unknown[] }).Parameters?.length ?? 0
}
