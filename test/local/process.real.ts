import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  isAlive,
  type ProcessRecord,
  recordOf,
  startTime,
  terminate,
  withEnvironment,
} from '../../local/process.ts'
import { until } from '../../scripts/demo/wait.ts'

const started: number[] = []
afterEach(() => {
  for (const pid of started.splice(0)) {
    try {
      // Its group: what the shell started holds our pipe open.
      process.kill(-pid, 'SIGKILL')
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe('ESRCH')
    }
  }
})

async function start(script: string, environment: Record<string, string> = {}): Promise<ProcessRecord> {
  const child = spawn('/bin/sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH ?? '', ...environment },
  })
  await once(child.stdout, 'data')
  const record = await recordOf(child.pid ?? 0)
  if (!record) throw new Error('the process has ended')
  started.push(record.pid)
  return record
}

const waits = 'echo ready; sleep 30 & wait'

describe('A process that was started', () => {
  it('is known by its pid and start time together', async () => {
    const record = await start(waits)
    expect(await isAlive(record)).toBe(true)
    expect(await isAlive({ ...record, startTime: String(Number(record.startTime) - 1) })).toBe(false)
    expect(await startTime(2 ** 22 + 1)).toBeUndefined()
  })

  it('counts as running until its last thread has let go of its sockets', async () => {
    // Freeing memory keeps the threads of a killed program busy for a moment.
    const program = `const server = require('net').createServer().listen(0, '127.0.0.1', () => {
      globalThis.held = Buffer.alloc(2e8, 1)
      console.log(server.address().port)
    })`
    for (let round = 0; round < 3; round += 1) {
      const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'ignore'] })
      const [port] = (await once(child.stdout, 'data')) as [Buffer]
      const record = await recordOf(child.pid ?? 0)
      child.kill('SIGKILL')
      while (record && (await isAlive(record)));
      const next = createServer().listen(Number(port), '127.0.0.1')
      await once(next, 'listening')
      next.close()
    }
  })

  it("is never signalled under another process's pid", async () => {
    const record = await start(waits)
    expect(await terminate({ ...record, startTime: '1' }, 100)).toBe(false)
    expect(await isAlive(record)).toBe(true)
  })

  it('ends on SIGTERM when it handles it', async () => {
    const record = await start(waits)
    expect(await terminate(record, 5_000)).toBe(false)
    expect(await isAlive(record)).toBe(false)
  })

  it('is killed with its children when it does not', async () => {
    const record = await start("trap '' TERM; echo ready; sleep 30 & while :; do wait; done", {
      MARK: 'stubborn',
    })
    expect(await terminate(record, 200)).toBe(true)
    expect(await isAlive(record)).toBe(false)
    await until('its child has ended', 10, async () =>
      (await withEnvironment(['MARK=stubborn'])).length === 0 ? true : undefined,
    )
  })

  it('is found by a mark in its environment', async () => {
    const record = await start(waits, { MARK: 'a-b' })
    expect((await withEnvironment(['MARK=a-b'])).map(({ pid }) => pid)).toContain(record.pid)
    expect(await withEnvironment(['MARK=a'])).toEqual([])
  })
})
