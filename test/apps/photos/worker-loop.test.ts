import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Peer } from '../../../apps/lib/peer.ts'
import { work } from '../../../apps/photos/worker/loop.ts'
import { Master } from '../../../apps/photos/worker/master.ts'
import { pauseMs } from '../../../apps/photos/worker/patience.ts'
import { Storage } from '../../../apps/photos/worker/storage.ts'
import { board } from './picture-files.ts'
import { WorkerPeers } from './worker-peers.ts'

let folder: string
let peers: WorkerPeers
let lines: string[]
let leaving: AbortController
let end: AbortController
let working: Promise<void>
const usualFolder = process.env.TMPDIR

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loop-'))
  process.env.TMPDIR = folder
  peers = new WorkerPeers()
  await peers.start()
  lines = []
  leaving = new AbortController()
  end = new AbortController()
})
afterEach(async () => {
  leaving.abort()
  end.abort()
  await working
  peers.stop()
  if (usualFolder === undefined) delete process.env.TMPDIR
  else process.env.TMPDIR = usualFolder
  rmSync(folder, { recursive: true, force: true })
})

function start() {
  const peer = new Peer('peers', async () => [peers.address])
  const services = { master: new Master(peer, 'me'), storage: new Storage(peer), log: say }
  working = work(services, { leaving: leaving.signal, end: end.signal })
}
const say = (line: string) => {
  lines.push(line)
}

async function picture(name = 'original.png'): Promise<string> {
  const file = join(folder, name)
  await board().png().toFile(file)
  return file
}

async function until(holds: () => boolean) {
  for (const limit = Date.now() + 15_000; !holds(); await pause(20)) {
    if (Date.now() > limit) throw new Error(`not within 15 s; ${lines.join(' | ')}`)
  }
}

const leftFolders = () => readdirSync(folder).filter((name) => name.startsWith('photo-'))

describe('the work', () => {
  it('takes task after task, uploads three files each, named after the attempt, and logs it', async () => {
    const file = await picture()
    peers.jobs.push({ id: 1, filter: 'invert', file }, { id: 2, filter: 'edges', file })
    start()
    await until(() => lines.includes('Nothing to do at the moment'))
    await pause(300)
    expect(lines).toEqual([
      'Working on task 1',
      'processing original of task 1: invert',
      'done',
      'Working on task 2',
      'processing original of task 2: edges',
      'done',
      'Nothing to do at the moment',
    ])
    expect([...peers.uploads.keys()]).toEqual(
      [1, 2].flatMap((id) => [`${id}/result-1.png`, `${id}/before-1.webp`, `${id}/after-1.webp`]),
    )
    expect(peers.words.map(({ id, verb, body }) => [id, verb, body.attempt, body.result])).toEqual([
      [1, 'finish', 1, 'result-1.png'],
      [2, 'finish', 1, 'result-1.png'],
    ])
    expect(leftFolders()).toEqual([])
  })

  it('fails a picture that cannot be read, and continues with the next one', async () => {
    const poison = join(folder, 'poison')
    writeFileSync(poison, 'no picture')
    peers.jobs.push({ id: 1, filter: 'blur', file: poison }, { id: 2, filter: 'blur', file: await picture() })
    start()
    await until(() => peers.words.length === 2)
    expect(peers.words.map(({ verb }) => verb)).toEqual(['fail', 'finish'])
    expect(peers.words[0]?.body.reason).toMatch(/^The picture cannot be read: .+\.$/)
    expect(leftFolders()).toEqual([])
  })

  it('fails a task whose picture is not stored', async () => {
    peers.jobs.push({ id: 1, filter: 'blur', file: '' })
    peers.hook = (request, response) => {
      if (!request.url?.startsWith('/download')) return false
      response.writeHead(404).end('There is no such picture.')
      return true
    }
    start()
    await until(() => peers.words.length === 1)
    expect(peers.words[0]).toMatchObject({ verb: 'fail', body: { reason: 'The picture is not stored.' } })
  })

  it('finishes exactly once even if storage and master fail in between', async () => {
    const refusals = new Map<string, number>()
    peers.hook = (request, response) => {
      const kind = request.url?.split('/')[1] ?? ''
      const verb = request.url?.split('/')[3] ?? ''
      const count = refusals.get(kind + verb) ?? 0
      refusals.set(kind + verb, count + 1)
      if (request.url?.startsWith('/task/next') || count >= 2) return false
      request.resume()
      response.writeHead(503).end('Try again.')
      return true
    }
    peers.jobs.push({ id: 1, filter: 'invert', file: await picture() })
    start()
    await until(() => lines.includes('done'))
    expect(peers.words.map(({ verb }) => verb)).toEqual(['finish'])
    expect(peers.uploads.size).toBe(3)
  })

  it('forgets a task that it no longer holds', async () => {
    peers.hook = (request, response) => {
      if (!request.url?.endsWith('/finish')) return false
      request.resume()
      response.writeHead(409).end('Attempt 1 does not hold task 1.')
      return true
    }
    peers.jobs.push({ id: 1, filter: 'invert', file: await picture() })
    start()
    await until(() => lines.includes('Nothing to do at the moment'))
    expect(lines).toContain('Task 1 is no longer held by attempt 1: Attempt 1 does not hold task 1.')
    expect(peers.words).toEqual([])
  })

  it('releases a task when it has to end before the task is finished', async () => {
    peers.hook = (request) => request.url?.startsWith('/download') ?? false
    peers.jobs.push({ id: 1, filter: 'invert', file: await picture() })
    start()
    await until(() => lines.includes('Working on task 1'))
    leaving.abort()
    end.abort()
    await working
    expect(peers.words.map(({ verb }) => verb)).toEqual(['release'])
    expect(leftFolders()).toEqual([])
  })

  it('finishes the task under way and takes no other when told to leave', async () => {
    const file = await picture()
    peers.jobs.push({ id: 1, filter: 'invert', file }, { id: 2, filter: 'invert', file })
    peers.hook = (request) => {
      if (request.url?.startsWith('/download')) leaving.abort()
      return false
    }
    start()
    await until(() => leaving.signal.aborted)
    await working
    expect(peers.words.map(({ id, verb }) => [id, verb])).toEqual([[1, 'finish']])
    expect(peers.jobs.length).toBe(1)
  })

  it('says once that the master does not answer, and works when it does', async () => {
    let silent = true
    peers.hook = (_request, response) => {
      if (silent) response.writeHead(503).end('db does not answer.')
      return silent
    }
    peers.jobs.push({ id: 1, filter: 'invert', file: await picture() })
    start()
    await pause(600)
    silent = false
    await until(() => peers.words.length === 1)
    expect(lines.filter((line) => line === 'Cannot get a task: db does not answer.')).toHaveLength(1)
  })
})

describe('the pause between two questions', () => {
  it('is 0.1 to 1 s, at random', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2000 }), fc.double({ min: 0, max: 1, noNaN: true }), (round, random) => {
        const milliseconds = pauseMs(round, () => random)
        expect(milliseconds).toBeGreaterThanOrEqual(100)
        expect(milliseconds).toBeLessThanOrEqual(1000)
      }),
    )
  })

  it('grows while there is nothing to do', () => {
    const longest = [0, 1, 2, 3, 4].map((round) => pauseMs(round, () => 1))
    expect(longest).toEqual([200, 400, 800, 1000, 1000])
  })
})
