import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { somePort } from '../../live/port.ts'
import { photo } from './picture-files.ts'
import { WorkerPeers } from './worker-peers.ts'

const program = fileURLToPath(new URL('../../../apps/photos/worker/main.ts', import.meta.url))

let folder: string
let peers: WorkerPeers
let worker: ChildProcess
let output: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'worker-'))
  mkdirSync(join(folder, 'tmp'))
  output = ''
  peers = new WorkerPeers()
  await peers.start()
})
afterEach(async () => {
  worker.kill('SIGKILL')
  if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit')
  peers.stop()
  rmSync(folder, { recursive: true, force: true })
})

function start(environment: Record<string, string> = {}) {
  worker = spawn(process.execPath, [program, peers.address], {
    env: { PATH: process.env.PATH, TMPDIR: join(folder, 'tmp'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [worker.stdout, worker.stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += text
    })
  }
}

async function until(holds: () => boolean) {
  for (const limit = Date.now() + 30_000; !holds(); await pause(20)) {
    if (Date.now() > limit) throw new Error(`not within 30 s: ${output}`)
  }
}

async function stop(): Promise<number> {
  const ended = once(worker, 'exit')
  worker.kill('SIGTERM')
  const [code] = await ended
  return code
}

async function picture(): Promise<string> {
  const file = join(folder, 'original.jpg')
  await photo(2000, 1500, 6).jpeg().toFile(file)
  return file
}

describe('a worker that is told to stop', () => {
  it('ends at once with code 0 when it has nothing to do', async () => {
    start()
    await until(() => output.includes('Nothing to do at the moment'))
    expect(await stop()).toBe(0)
  }, 60_000)

  it('finishes the task under way first', async () => {
    const file = await picture()
    peers.jobs.push({ id: 1, filter: 'invert', file }, { id: 2, filter: 'invert', file })
    start()
    await until(() => output.includes('processing'))
    expect(await stop()).toBe(0)
    expect(peers.words.map(({ id, verb }) => [id, verb])).toEqual([[1, 'finish']])
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  }, 60_000)

  it('releases a task that takes longer than it has left', async () => {
    peers.hook = (request) => request.url?.startsWith('/download') ?? false
    peers.jobs.push({ id: 1, filter: 'invert', file: await picture() })
    start()
    await until(() => output.includes('Working on task 1'))
    const told = Date.now()
    expect(await stop()).toBe(0)
    expect(Date.now() - told).toBeLessThan(10_000)
    expect(peers.words.map(({ verb }) => verb)).toEqual(['release'])
    expect(readdirSync(join(folder, 'tmp'))).toEqual([])
  }, 60_000)

  it('says so in its health', async () => {
    const port = await somePort()
    const health = async () => (await fetch(`http://127.0.0.1:${port}/healthz`)).status
    start({ PORT: String(port) })
    await until(() => output.includes('listening'))
    expect(await health()).toBe(200)
    worker.kill('SIGTERM')
    await until(() => worker.killed)
    let status = 200
    for (let round = 0; status === 200 && round < 50; round += 1) status = await health()
    expect(status).toBe(503)
    await once(worker, 'exit')
    expect(worker.exitCode).toBe(0)
  }, 60_000)
})
