import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser } from 'playwright-core'
import sharp from 'sharp'
import { FAILED, type Task } from '../../apps/photos/lib/task.ts'
import type { Context } from '../../cli/context.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { serviceInstances } from '../../scripts/demo/local-instances.ts'
import type { PhotosClient } from '../../scripts/demo/photos/client.ts'
import { drawPicture } from '../../scripts/demo/photos/picture.ts'
import { colourAt, isNegative } from '../../scripts/demo/photos/pixel.ts'
import { until } from '../../scripts/demo/wait.ts'
import { ROOT } from '../apps/apps.ts'
import { picturePage } from '../apps/photos/page.ts'
import { untilAppIsWhole } from '../live/apps.ts'
import { launchBrowser } from '../live/browser.ts'
import { Command } from '../live/cli.ts'
import { pngHeader, tryUpload, withPhotos } from '../live/photos.ts'
import { edit, pushChanged, pushOwn } from '../live/source.ts'
import { regionOf } from '../live/stage.ts'

/** Where the picture of the page goes, if NANOFLEET_SCREENSHOTS asks for one. */
const PICTURE = join(ROOT, 'docs/images/photos.png')

const SERVICES = ['keyvaluestore', 'db', 'storage', 'master', 'worker', 'ui']

describe('photos', () => {
  let context: Context
  let client: PhotosClient
  let browser: Browser | undefined
  beforeAll(async () => {
    ;({ context, client } = await withPhotos())
    await untilAppIsWhole(context, 'photos', 30)
  }, 300_000)
  afterAll(() => browser?.close(), 20_000)

  it('returns a picture inverted and upright, whichever way the camera was held', async () => {
    const size = { width: 900, height: 600 }
    const upright = await drawPicture({ ...size, hue: 40 })
    for (const onItsSide of [false, true]) {
      const picture = await drawPicture({ ...size, hue: 40, onItsSide })
      const id = await client.upload(picture, randomUUID())
      const [task] = await client.finished([id], 30)
      expect(task).toMatchObject({ ...size, state: 2, attempt: 1 })
      // It may say where it was taken.
      await expect(client.photo(id, 'original')).rejects.toThrow()
      const result = await client.photo(id, 'result')
      expect(await sharp(result).metadata()).toMatchObject(size)
      const [before, after] = [await client.photo(id, 'before'), await client.photo(id, 'after')]
      // Sky, sun and ground: a turned or mirrored picture has other colours there.
      for (const [x, y] of [
        [0.02, 0.02],
        [0.5, 0.5],
        [0.25, 0.97],
      ] as const) {
        const original = await colourAt(upright, x, y)
        expect(isNegative(await colourAt(result, x, y), original)).toBe(true)
        expect(isNegative(await colourAt(after, x, y), await colourAt(before, x, y))).toBe(true)
      }
    }
  }, 60_000)

  it('counts an upload once when it is sent twice with its token', async () => {
    const picture = await drawPicture({ width: 300, height: 200, hue: 10 })
    const token = randomUUID()
    const [first, second] = await Promise.all([client.upload(picture, token), client.upload(picture, token)])
    expect(second).toBe(first)
    expect(await client.upload(picture, token)).toBe(first)
  }, 30_000)

  it('shows its pictures in a browser', async () => {
    const hues = [10, 55, 110, 165, 220, 275, 330, 40]
    const pictures = await Promise.all(hues.map((hue) => drawPicture({ width: 1200, height: 800, hue })))
    const ids = []
    for (const [index, picture] of pictures.entries())
      ids.push(await client.upload(picture, randomUUID(), `evening-${index + 1}.jpg`))
    await client.finished(ids, 60)
    browser = await launchBrowser()
    const file = process.env.NANOFLEET_SCREENSHOTS ? PICTURE : join(ROOT, '.nanofleet/photos.png')
    await picturePage(browser, client.url, file)
    expect((await sharp(file).metadata()).width).toBe(1200)
  }, 90_000)

  describe('with bad input', () => {
    let workers: (number | null)[]
    const pids = async () => {
      const running = await serviceInstances(regionOf(context), 'photos', 'worker')
      return running.map(({ pid }) => pid).sort()
    }
    beforeAll(async () => {
      workers = await pids()
    }, 10_000)

    const picture = () => drawPicture({ width: 300, height: 200, hue: 10 })
    it.each([
      [415, 'a text', () => Buffer.from('Dear diary, no picture today.\n')],
      [400, 'nothing', () => Buffer.alloc(0)],
      [413, 'a few bytes that claim to be a giant picture', () => pngHeader(30_000, 30_000)],
      [413, '60 MB', async () => Buffer.concat([await picture(), Buffer.alloc(60_000_000)])],
    ])(
      'answers %i in one sentence to %s',
      async (expected, _what, bytes) => {
        const { status, body } = await tryUpload(client, await bytes())
        expect({ status, said: body.toString() }).toMatchObject({ status: expected })
        expect(body.toString().trim()).toMatch(/^\w[^\n{}<>]+\.$/)
      },
      40_000,
    )

    it.each(['/task/987654', '/photo/987654/result', '/task/none', '/photo/1/sideways'])(
      'answers 404 to %s',
      async (path) => {
        const { status, body } = await throughGateway(new URL(path, client.url).href)
        expect({ status, said: body.toString() }).toMatchObject({ status: 404 })
      },
      20_000,
    )

    it('gives up on a truncated picture after three attempts, with the reason', async () => {
      const whole = await drawPicture({ width: 1200, height: 800, hue: 10 })
      const { status, body } = await tryUpload(client, whole.subarray(0, whole.length / 2))
      expect(status).toBe(200)
      const { id } = JSON.parse(body.toString()) as Task
      const task = await until('an end of the attempts', 60, async () => {
        const now = await client.task(id)
        return now.state === FAILED ? now : undefined
      })
      expect(task.attempt).toBe(3)
      expect(task.reason).toMatch(/\w/)
    }, 70_000)

    it('keeps working with the same workers', async () => {
      expect(await pids()).toEqual(workers)
      await client.finished([await client.upload(await picture(), randomUUID())], 30)
    }, 40_000)
  })

  describe('of which only some services are deployed', () => {
    const idsOf = async (service: string) =>
      (await serviceInstances(regionOf(context), 'photos', service))
        .map(({ instanceId }) => instanceId)
        .sort()
    const all = async () =>
      Object.fromEntries(await Promise.all(SERVICES.map(async (name) => [name, await idsOf(name)] as const)))
    const deployed = async () => {
      const release = await context.releases().current('photos')
      if (!release) throw new Error('photos is not deployed')
      return release
    }
    const deploy = (...args: string[]) => new Command(['deploy', 'photos', '--no-push', ...args]).end(200)
    const change = (ui: string, worker: string) =>
      pushChanged(context, 'photos', async (root) => {
        await edit(join(root, 'apps/photos/ui/main.ts'), 'await around.serve(', `${ui}\nawait around.serve(`)
        await edit(join(root, 'apps/photos/worker/main.ts'), 'let left', `${worker}\nlet left`)
      })
    afterAll(() => pushOwn(context, 'photos'), 30_000)

    it('replaces these and nothing else, and says what it leaves out', async () => {
      const [before, old] = [await all(), await deployed()]
      await change('console.log(1)', 'console.log(1)')
      const planned = await deploy('ui', '--dry-run')
      expect(planned.out).toMatch(/release \d+ after \d+, with only ui\n/)
      expect(planned.out).toMatch(/left out of what was pushed, until .*: worker \(was changed\)\n/)
      expect(await deploy('ui')).toMatchObject({ code: 0 })
      const [after, young] = [await all(), await deployed()]
      expect({ ...after, ui: before.ui }).toEqual(before)
      expect(after.ui?.filter((id) => before.ui?.includes(id))).toEqual([])
      expect(young.release).toBe(old.release + 1)
      expect({ ...young.services, ui: old.services.ui }).toEqual(old.services)
      expect(young.services.ui?.imageId).not.toBe(old.services.ui?.imageId)
      expect(await deploy('ui')).toMatchObject({ code: 0 })
      expect([await all(), (await deployed()).release]).toEqual([after, young.release])
    }, 400_000)

    it('brings only these back when it fails', async () => {
      const [before, old] = [await all(), await deployed()]
      await change('process.exit(3)', 'process.exit(4)')
      const { code, err } = await deploy('ui')
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('is back') })
      expect(await deployed()).toEqual(old)
      const { ui, ...others } = await all()
      expect({ ...others, ui: before.ui }).toEqual(before)
      expect(ui).toHaveLength(2)
    }, 300_000)

    it('leaves the rest for a deployment of the whole app', async () => {
      const before = await all()
      await change('console.log(1)', 'console.log(1)')
      expect(await deploy()).toMatchObject({ code: 0 })
      const after = await all()
      expect(after.worker?.filter((id) => before.worker?.includes(id))).toEqual([])
      expect({ ...after, worker: before.worker }).toEqual(before)
    }, 300_000)

    it('is refused for a service that the app does not have', async () => {
      const { code, err } = await deploy('workr')
      expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining('did you mean "worker"?') })
    }, 30_000)
  })
})
