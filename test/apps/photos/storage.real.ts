import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { until } from '../../../scripts/demo/wait.ts'
import { Alone } from './alone.ts'
import { breakOff, sendForm } from './forms.ts'

let alone: Alone
let url = ''
beforeAll(async () => {
  const started = await Alone.start('storage')
  alone = started.alone
  url = started.url('storage')
}, 60_000)
afterAll(() => alone?.stop())

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), randomBytes(500)])

async function put(path: string, body: Uint8Array<ArrayBuffer> | ReadableStream): Promise<[number, string]> {
  const init = body instanceof ReadableStream ? { body, duplex: 'half' as const } : { body }
  const response = await fetch(url + path, { method: 'POST', ...init })
  return [response.status, await response.text()]
}

/** This many bytes, without announcing the length. */
function stream(bytes: number): ReadableStream<Uint8Array> {
  let left = bytes
  return new ReadableStream({
    pull(controller) {
      if (left <= 0) controller.close()
      else controller.enqueue(Buffer.alloc(Math.min(left, 1_000_000), 1))
      left -= 1_000_000
    },
  })
}

describe('The service storage', () => {
  it.each([
    ['the bytes themselves', () => put('/upload/1', PNG)],
    ['a form', () => sendForm(`${url}/upload/1`, PNG)],
  ])('accepts %s and returns the picture', async (_what, send) => {
    expect(await send()).toEqual([204, ''])
    const response = await fetch(`${url}/download/1`)
    expect([
      response.status,
      response.headers.get('content-type'),
      response.headers.get('content-length'),
    ]).toEqual([200, 'image/png', String(PNG.length)])
    expect(Buffer.from(await response.arrayBuffer()).equals(PNG)).toBe(true)
  })

  it('keeps several pictures of a task by their names', async () => {
    await put('/upload/2?name=result-1.png', PNG)
    expect((await fetch(`${url}/download/2?name=result-1.png`)).status).toBe(200)
    const absent = await fetch(`${url}/download/2`)
    expect([absent.status, await absent.text()]).toEqual([404, 'Task 2 has no picture original.'])
  })

  it('answers HEAD with length and type', async () => {
    await put('/upload/3', PNG)
    const response = await fetch(`${url}/download/3`, { method: 'HEAD' })
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(PNG.length)])
  })

  it('accepts 50 MB and refuses more, even when the length is not announced', async () => {
    expect(await put('/upload/4', stream(50_000_000))).toEqual([204, ''])
    const sentence = 'The picture is larger than 50 MB; send a smaller one.'
    expect(await put('/upload/5', stream(51_000_000))).toEqual([413, sentence])
    expect(await put('/upload/5', new Uint8Array(51_000_000))).toEqual([413, sentence])
    expect((await fetch(`${url}/download/5`)).status).toBe(404)
  })

  it.each([
    ['nothing', '/upload/6', new Uint8Array(), 400, 'The picture has 0 bytes.'],
    ['a task that is not a number', '/upload/cat', PNG, 400, 'cat is not a task number.'],
    [
      'a name that leads elsewhere',
      '/upload/6?name=..%2F7%2Foriginal',
      PNG,
      400,
      expect.stringContaining('A name is'),
    ],
    ['a hidden name', '/upload/6?name=.x', PNG, 400, expect.stringContaining('A name is')],
  ])('refuses %s', async (_what, path, body, status, text) => {
    expect(await put(path, body)).toEqual([status, text])
  })

  it.each([
    ['without a picture', undefined, 'There is no picture; send it as the field "image".'],
    ['with an empty one', new Uint8Array(), 'The picture has 0 bytes.'],
  ])('refuses a form %s', async (_what, picture, text) => {
    expect(await sendForm(`${url}/upload/6`, picture)).toEqual([400, text])
  })

  it('refuses a form that ends in the middle', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=b' }
    const body = '--b\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\nabc'
    const response = await fetch(`${url}/upload/6`, { method: 'POST', headers, body })
    expect([response.status, await response.text()]).toEqual([400, 'The form is broken.'])
    expect((await fetch(`${url}/download/6`)).status).toBe(404)
  })

  it('keeps nothing of an upload whose sender is gone', async () => {
    await breakOff(`${url}/upload/7`, {}, randomBytes(3_000_000))
    expect((await fetch(`${url}/download/7`)).status).toBe(404)
    // The service notices a moment later.
    await until('an empty folder', 5, async () =>
      (await readdir(join(alone.folder, 'data', '7'))).length === 0 ? true : undefined,
    )
  })
})
