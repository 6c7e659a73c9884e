import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import sharp from 'sharp'
import type { Task } from '../../../apps/photos/lib/task.ts'
import { Alone } from './alone.ts'
import { breakOff, sendForm } from './forms.ts'
import { bomb, bytesOf, plain } from './made-pictures.ts'

let alone: Alone
let url = ''
let stopStorage = () => {}
beforeAll(async () => {
  const { alone: made, url: of, started } = await Alone.start('db', 'storage', 'master')
  alone = made
  url = of('master')
  stopStorage = () => started.storage?.process.kill('SIGKILL')
}, 60_000)
afterAll(() => alone?.stop())

const upload = (picture: Uint8Array<ArrayBuffer> | undefined, options = {}) =>
  sendForm(`${url}/task`, picture, options)
const task = async (id: string | number): Promise<Task> =>
  (await fetch(`${url}/task/${id}`)).json() as Promise<Task>
const newest = async (): Promise<number> => {
  const { tasks } = (await (await fetch(`${url}/tasks?limit=1`)).json()) as { tasks: Task[] }
  return tasks[0]?.id ?? -1
}

describe('The service master', () => {
  it.each([
    ['jpeg', async () => bytesOf(plain().jpeg())],
    ['png', async () => bytesOf(plain().png())],
    ['webp', async () => bytesOf(plain().webp())],
    ['gif', async () => bytesOf(plain().gif())],
    ['tiff', async () => bytesOf(plain().tiff())],
    ['avif', async () => bytesOf(plain().avif())],
  ])('accepts a %s, with its kind, size and bytes', async (kind, make) => {
    const picture = await make()
    const [status, id] = await upload(picture, { name: `cat.${kind}` })
    expect([status, id]).toEqual([200, expect.stringMatching(/^\d+$/)])
    expect(await task(id)).toMatchObject({
      state: 0,
      filter: 'invert',
      type: `image/${kind}`,
      name: `cat.${kind}`,
      bytes: picture.length,
      width: 30,
      height: 20,
    })
    const back = await fetch(`${url}/task/${id}/download?of=original`)
    expect(Buffer.from(await back.arrayBuffer()).equals(picture)).toBe(true)
    expect(back.headers.get('content-type')).toBe(`image/${kind}`)
  })

  it('accepts a JPEG whose size comes after much else, and a TIFF whose size is at its end', async () => {
    const jpeg = await bytesOf(plain().jpeg())
    const notes = Array.from({ length: 20 }, () =>
      Buffer.concat([Buffer.from('ffe7fffd', 'hex'), randomBytes(65_531)]),
    )
    const late = Uint8Array.from(Buffer.concat([jpeg.subarray(0, 2), ...notes, jpeg.subarray(2)]))
    expect(await task((await upload(late))[1])).toMatchObject({ width: 30, height: 20, bytes: late.length })
    const noise = sharp({
      create: {
        width: 1200,
        height: 900,
        channels: 3,
        noise: { type: 'gaussian', mean: 99, sigma: 40 },
        background: '#000',
      },
    })
    const tiff = await bytesOf(noise.tiff({ compression: 'none' }))
    expect(tiff.length).toBeGreaterThan(2_500_000)
    expect(await task((await upload(tiff))[1])).toMatchObject({
      width: 1200,
      height: 900,
      bytes: tiff.length,
    })
  })

  it('answers with the task when the caller accepts JSON', async () => {
    const headers = { accept: 'application/json' }
    const [status, text] = await upload(await bytesOf(plain().png()), { headers, fields: { filter: 'blur' } })
    expect([status, JSON.parse(text)]).toMatchObject([200, { state: 0, filter: 'blur', width: 30 }])
  })

  it('counts a picture once when it comes again with its token', async () => {
    const picture = await bytesOf(plain().png())
    const [, id] = await upload(picture, { fields: { token: 'one' } })
    expect(await upload(picture, { fields: { token: 'one' } })).toEqual([200, id])
    expect(await upload(picture, { fields: { token: 'one', filter: 'sepia' } })).toEqual([
      422,
      'The token belongs to a task with the filter invert, not sepia; send the picture with a new token.',
    ])
    expect(await newest()).toBe(Number(id))
  })

  const svg = Uint8Array.from(Buffer.from('<?xml version="1.0"?><svg width="9" height="9"/>'))
  const heic = Uint8Array.from(Buffer.from('0000001c667479706865696300000000', 'hex'))
  const taken = 'send one of jpeg, png, webp, gif, tiff, avif.'
  it.each([
    ['no picture', undefined, 400, 'There is no picture; send it as the field "image".'],
    ['one of 0 bytes', new Uint8Array(), 400, 'cat.png has 0 bytes.'],
    [
      'a text',
      Uint8Array.from(Buffer.from('Dear photo service, ...')),
      415,
      `cat.png is not a picture; ${taken}`,
    ],
    ['an SVG', svg, 415, `cat.png is in the svg format; ${taken}`],
    ['a HEIC', heic, 415, `cat.png is in the heic format; ${taken}`],
    ['a PDF', Uint8Array.from(Buffer.from('%PDF-1.7')), 415, `cat.png is in the pdf format; ${taken}`],
    [
      'a PNG that ends at once',
      bomb('png', 9, 9).slice(0, 12),
      415,
      'cat.png is damaged: its size cannot be found.',
    ],
    [
      'a TIFF without a directory',
      bomb('tiff', 9, 9).slice(0, 40),
      415,
      'cat.png is damaged: its size cannot be found.',
    ],
    [
      'a PNG of 200 megapixels',
      bomb('png', 20_000, 10_000),
      413,
      'cat.png has 20000 x 10000 pixels, 200 megapixels; image/png may have at most 100 megapixels.',
    ],
    [
      'a GIF of 4295 megapixels',
      bomb('gif', 65_535, 65_535),
      413,
      'cat.png has 65535 x 65535 pixels, 4295 megapixels; image/gif may have at most 100 megapixels.',
    ],
    [
      'a TIFF of 180 megapixels',
      bomb('tiff', 18_000, 10_000),
      413,
      'cat.png has 18000 x 10000 pixels, 180 megapixels; image/tiff may have at most 100 megapixels.',
    ],
    [
      'a WebP of 60 megapixels',
      bomb('webp', 10_000, 6_000),
      413,
      'cat.png has 10000 x 6000 pixels, 60 megapixels; image/webp may have at most 50 megapixels.',
    ],
  ])('refuses %s, and shows nothing of it', async (_what, picture, status, text) => {
    const before = await newest()
    expect(await upload(picture)).toEqual([status, text])
    expect(await newest()).toBe(before)
  })

  it('refuses more than 50 MB', async () => {
    const picture = await bytesOf(plain().png())
    const large = Uint8Array.from(Buffer.concat([picture, Buffer.alloc(51_000_000)]))
    expect(await upload(large)).toEqual([413, 'The picture is larger than 50 MB; send a smaller one.'])
    const barely = Uint8Array.from(Buffer.concat([picture, Buffer.alloc(50_000_001 - picture.length)]))
    expect((await upload(barely))[0]).toBe(413)
    expect((await upload(barely.slice(0, -1)))[0]).toBe(200)
  })

  it.each([
    [
      'an unknown filter',
      { fields: { filter: 'oil' } },
      422,
      'There is no filter oil; use one of invert, grayscale, sepia, blur, sharpen, posterize, edges.',
    ],
    [
      'a token that is too long',
      { fields: { token: 'x'.repeat(201) } },
      422,
      'The token is longer than 200 characters.',
    ],
    [
      'a field that is much too long',
      { fields: { token: 'x'.repeat(2000) } },
      400,
      'The field token is too long.',
    ],
    [
      'a field after the picture',
      { late: { filter: 'sepia' } },
      400,
      'The field filter comes after the picture; send it before.',
    ],
  ])('refuses %s', async (_what, options, status, text) => {
    const before = await newest()
    expect(await upload(await bytesOf(plain().png()), options)).toEqual([status, text])
    expect(await newest()).toBe(before)
  })

  it('refuses anything but a form', async () => {
    const response = await fetch(`${url}/task`, { method: 'POST', body: 'picture' })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('send a form')])
  })

  it('shows nothing of an upload that breaks off, and accepts the same token again', async () => {
    const before = await newest()
    const picture = await bytesOf(plain(3000, 2000).png({ compressionLevel: 0 }))
    await breakOff(`${url}/task`, { token: 'broken' }, picture.slice(0, 3_000_000))
    expect(await newest()).toBe(before)
    const [status, id] = await upload(picture, { fields: { token: 'broken' } })
    expect(status).toBe(200)
    expect(await upload(picture, { fields: { token: 'broken' } })).toEqual([200, id])
  })

  it('hands tasks out and takes reports, as db does', async () => {
    const post = (path: string, value: object) =>
      fetch(url + path, { method: 'POST', body: JSON.stringify(value) }).then((response) => response.status)
    const lease = (await (await fetch(`${url}/task/next?worker=w`)).json()) as Task
    const { id, attempt } = lease
    expect(lease).toMatchObject({ state: 1, worker: 'w', attempt: 1 })
    const ready = async () => (await fetch(`${url}/task/${id}/ready`)).text()
    const result = () => fetch(`${url}/task/${id}/download`)
    expect([await ready(), (await result()).status]).toEqual(['false', 404])
    const results = { result: 'original', before: 'original', after: 'original' }
    expect(await post(`/task/${id}/finish`, { attempt: 7, ...results })).toBe(409)
    expect(await post(`/task/${id}/finish`, { attempt, ...results })).toBe(204)
    expect([await ready(), (await result()).status]).toEqual(['true', 200])
    expect(await post(`/task/${id}/fail`, { attempt, reason: 'late' })).toBe(409)
    expect(await post(`/task/${id}/release`, { attempt })).toBe(409)
  })

  it.each([
    ['/task/9999', 404, 'There is no task 9999.'],
    ['/task/9999/ready', 404, 'There is no task 9999.'],
    ['/task/9999/download', 404, 'There is no task 9999.'],
    ['/task/0/download?of=thumbnail', 400, 'of must be one of original, result, before, after.'],
    ['/task/next', 400, 'The worker is missing; say who asks: /task/next?worker=NAME.'],
  ])('refuses GET %s', async (path, status, text) => {
    const response = await fetch(url + path)
    expect([response.status, await response.text()]).toEqual([status, text])
  })

  it('answers 503 while storage is gone, and accepts the same token once it is back', async () => {
    const picture = await bytesOf(plain().png())
    const before = await newest()
    stopStorage()
    expect(await upload(picture, { fields: { token: 'patient' } })).toEqual([
      503,
      'storage does not answer; try again in a few seconds.',
    ])
    expect(await newest()).toBe(before)
    await alone.start('storage')
    const [status, id] = await upload(picture, { fields: { token: 'patient' } })
    expect([status, (await task(id)).state]).toEqual([200, 0])
  }, 40_000)
})
