import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { draw, ScriptedMaster } from './master.ts'
import { type RunningUi, startUi } from './ui.ts'

interface Ended {
  code: number
  out: string
  err: string
}

describe('npm run photos:upload', () => {
  let folder: string
  let picture: string
  let master: ScriptedMaster
  let ui: RunningUi | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'photos-upload-'))
    picture = join(folder, 'hills.jpg')
    await writeFile(picture, await draw(1))
  })
  afterAll(() => rm(folder, { recursive: true }))
  beforeEach(async () => {
    master = await ScriptedMaster.start()
  })
  afterEach(async () => {
    await ui?.stop()
    ui = undefined
    master.close()
  })

  const upload = (...args: string[]): Promise<Ended> =>
    new Promise((resolve) => {
      const env = { PATH: process.env.PATH, NANOFLEET_STATE: join(folder, 'no-region') }
      execFile(
        process.execPath,
        ['scripts/photos-upload.ts', ...args],
        { env, timeout: 25_000 },
        (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }),
      )
    })

  it('uploads through the page, each time under a token of its own', async () => {
    ui = await startUi(master.address)
    const { code, out } = await upload(picture, '6', '--to', ui.url, '--filter', 'sepia')
    expect([code, out]).toEqual([0, '6 of 6 uploaded, tasks 1 to 6\n'])
    expect(new Set(master.arrived.map(({ token }) => token)).size).toBe(6)
    const { length: bytes } = await draw(1)
    for (const one of master.arrived) expect(one).toMatchObject({ filter: 'sepia', name: 'hills.jpg', bytes })
  }, 30_000)

  it('asks a key-value store where master is', async () => {
    const { code, out } = await upload(master.address, picture, '2')
    expect([code, out]).toEqual([0, '2 of 2 uploaded, tasks 1 to 2\n'])
  }, 30_000)

  it('repeats an unanswered upload under the same token, so that it counts once', async () => {
    master.refusals.push([0, ''], [503, 'db does not answer.'])
    const { code, out } = await upload(picture, '--to', `http://${master.address}`, '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toEqual([{ token: master.arrived[0]?.token, id: 1, state: 0 }])
    expect(master.arrived).toHaveLength(1)
  }, 30_000)

  it('waits until all are finished and says which failed, and why', async () => {
    const running = upload(picture, '2', '--to', `http://${master.address}`, '--wait')
    const deadline = Date.now() + 10_000
    while (master.tasks.size < 2 && Date.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 50))
    master.finish(1)
    master.change(2, { state: 3, reason: 'The picture is cut off in the middle.' })
    const { code, out, err } = await running
    expect([code, out]).toEqual([1, '1 of 2 finished, tasks 1 to 2\n'])
    expect(err).toContain('task 2: failed: The picture is cut off in the middle.')
  }, 30_000)

  it('says why a picture was refused', async () => {
    master.refusals.push([415, 'hills.jpg is not a picture.'])
    const { code, err } = await upload(picture, '--to', `http://${master.address}`)
    expect([code, err]).toEqual([1, expect.stringContaining('not sent: hills.jpg is not a picture.')])
  }, 30_000)

  it.each([
    ['no such file', ['none.jpg'], 3, 'none.jpg: there is no such file'],
    ['a folder', [tmpdir()], 2, 'is a folder'],
    [
      'a region that is not up',
      ['PICTURE'],
      3,
      'The local region is not up; start it with "npx nanofleet local up"',
    ],
    ['nobody at a URL', ['PICTURE', '--to', 'http://127.0.0.1:1'], 3, 'nobody answers'],
    ['no key-value store', ['127.0.0.1:1', 'PICTURE'], 3, 'no key-value store answers there'],
    ['a wrong count', ['PICTURE', 'many'], 2, 'N: must be a whole number from 1 to'],
  ])(
    'says in a sentence what to do about %s',
    async (_what, args, code, sentence) => {
      const ended = await upload(...args.map((arg) => (arg === 'PICTURE' ? picture : arg)))
      expect([ended.code, ended.out]).toEqual([code, ''])
      expect(ended.err).toContain(sentence)
      expect(ended.err).not.toContain('    at ')
    },
    20_000,
  )
})
