import { request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { draw, ScriptedMaster } from './master.ts'
import { type Heard, listen } from './server-events.ts'
import { type RunningUi, startUi } from './ui.ts'

describe('the service ui', () => {
  let master: ScriptedMaster
  let ui: RunningUi
  beforeAll(async () => {
    master = await ScriptedMaster.start()
    ui = await startUi(master.address)
  }, 20_000)
  afterAll(async () => {
    await ui?.stop()
    master?.close()
  }, 10_000)

  const post = async (
    fields: Record<string, string>,
    headers: Record<string, string> = {},
    path = '/upload',
  ) => {
    const form = new FormData()
    for (const [name, value] of Object.entries(fields)) form.append(name, value)
    form.append('image', new File([new Uint8Array(await draw(1))], 'hills.jpg', { type: 'image/jpeg' }))
    return fetch(`${ui.url}${path}`, { method: 'POST', body: form, headers, redirect: 'manual' })
  }

  it('protects its page from foreign scripts, and still shows it to everyone', async () => {
    const page = await fetch(ui.url)
    expect(page.status).toBe(200)
    expect(page.headers.get('x-content-type-options')).toBe('nosniff')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("script-src 'self'")
    expect(policy).not.toContain('unsafe')
    const html = await page.text()
    expect(html).not.toMatch(/<script(?![^>]*(src=|type="application\/json"))/)
    expect(html).not.toMatch(/ (style|on\w+)="/)
  })

  it('passes a form on and leads a browser without JavaScript to its picture', async () => {
    const answer = await post({ token: 'plain', filter: 'sepia' }, { accept: 'text/html' })
    expect(answer.status).toBe(303)
    const [arrived] = master.arrived.slice(-1)
    expect(arrived).toEqual({
      token: 'plain',
      filter: 'sepia',
      name: 'hills.jpg',
      bytes: (await draw(1)).length,
    })
    const page = await (await fetch(new URL(answer.headers.get('location') ?? '', ui.url))).text()
    expect(page).toMatch(/<ol id="pinned"[^>]*><li class="photo waiting"/)
    expect(page).toContain('http-equiv="refresh"')
  })

  it('answers scripts with the task, the same one for the same token', async () => {
    const headers = { accept: 'application/json' }
    const [one, other] = [await post({ token: 'twice' }, headers), await post({ token: 'twice' }, headers)]
    expect(one.status).toBe(200)
    const task = (await one.json()) as { id: number; state: number }
    expect(task).toMatchObject({ state: 0, filter: 'invert' })
    expect(await other.json()).toMatchObject({ id: task.id })
  })

  it.each([
    [400, 'There is no picture in the field "image".'],
    [413, 'The picture is larger than 50 MB.'],
    [415, 'This is not a picture.'],
  ])('passes on a refusal with %d and its sentence', async (status, sentence) => {
    master.refusals.push([status, sentence], [status, sentence])
    const plain = await post({}, { accept: 'application/json' })
    expect([plain.status, await plain.text()]).toEqual([status, sentence])
    const page = await post({}, { accept: 'text/html' })
    expect(page.status).toBe(status)
    expect(await page.text()).toContain(sentence.replaceAll('"', '&#34;'))
  })

  it('refuses anything but a form, and answers although more is coming', async () => {
    const sent = await fetch(`${ui.url}/upload`, { method: 'POST', body: Buffer.alloc(3_000_000) })
    expect([sent.status, await sent.text()]).toEqual([415, expect.stringContaining('multipart/form-data')])
  })

  it('passes an upload on while it arrives: master has the first part before the rest is sent', async () => {
    const seen = master.requests.length
    const begun = request(`${ui.url}/upload`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': 1000 },
    })
    begun.on('error', () => {})
    begun.write('--x\r\n')
    await until(() => master.requests.slice(seen).includes('POST /task'))
    expect(master.broken).toBe(0)
    begun.destroy()
    await until(() => master.broken === 1)
  }, 10_000)

  it('serves pictures with their type, cacheable for ever once they are finished', async () => {
    const { id } = master.add({ width: 640, height: 480, name: 'Häuser "1".jpg' })
    expect((await fetch(`${ui.url}/photo/${id}/after`)).status).toBe(404)
    // It may say where it was taken.
    expect((await fetch(`${ui.url}/photo/${id}/original`)).status).toBe(404)
    master.finish(id)
    const after = await fetch(`${ui.url}/photo/${id}/after`)
    expect(after.headers.get('content-type')).toBe('image/webp')
    expect(after.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect((await after.arrayBuffer()).byteLength).toBe((await draw(id % 7, 'after')).length)
    const disposition = (await fetch(`${ui.url}/photo/${id}/result`)).headers.get('content-disposition')
    expect(disposition).toBe("inline; filename*=UTF-8''H%C3%A4user%20%221%22-invert.jpg")
  })

  it('answers conditional requests and HEAD without the bytes', async () => {
    const { id } = master.add()
    master.finish(id)
    const url = `${ui.url}/photo/${id}/before`
    const head = await fetch(url, { method: 'HEAD' })
    const tag = head.headers.get('etag') ?? ''
    expect([head.status, head.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(100)
    const seen = master.requests.length
    const known = await fetch(url, { headers: { 'if-none-match': `"other", ${tag}` } })
    expect([known.status, await known.text()]).toEqual([304, ''])
    expect(master.requests).toHaveLength(seen)
  })

  it.each([
    ['/photo/1/secret', 404],
    ['/photo/99999/result', 404],
    ['/static/..%2fmain.ts', 404],
    ['/static/none.js', 404],
    ['/?taskId=99999', 404],
    ['/?taskId=cat', 400],
  ])('answers %s with %d', async (path, status) =>
    expect((await fetch(`${ui.url}${path}`)).status).toBe(status),
  )

  it('serves its files compressed, and again only when they have changed', async () => {
    const style = await fetch(`${ui.url}/static/style.css`, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8')
    expect(style.headers.get('content-encoding')).toBe('br')
    const headers = { 'if-none-match': style.headers.get('etag') ?? '' }
    expect((await fetch(`${ui.url}/static/style.css`, { headers })).status).toBe(304)
  })

  describe('events', () => {
    const opened: Heard[] = []
    const hear = async (
      path = '/events',
      headers: Record<string, string> = {},
      url = ui.url,
    ): Promise<Heard> => {
      const heard = await listen(`${url}${path}`, headers)
      opened.push(heard)
      return heard
    }
    afterAll(() => {
      for (const heard of opened) heard.close()
    })

    it('reach every listener within two seconds, with one request to master', async () => {
      const { id, changedAt } = master.add()
      const listeners = await Promise.all(
        Array.from({ length: 10 }, () => hear(`/events?since=${changedAt}`)),
      )
      await pause(1200)
      const seen = master.requests.length
      master.finish(id)
      const changed = Date.now()
      for (const one of listeners)
        await until(() => one.tasks().some((task) => task.id === id && task.state === 2))
      expect(Date.now() - changed).toBeLessThan(2000)
      expect(master.requests.slice(seen).filter((line) => line.includes('changedSince')).length).toBeLessThan(
        8,
      )
      expect(listeners[0]?.text).toContain('retry: 1000')
    }, 15_000)

    it('continue at another instance where they stopped', async () => {
      const first = await hear()
      const { id } = master.add()
      await until(() => first.tasks().some((task) => task.id === id))
      first.close()
      master.finish(id)
      const other = await startUi(master.address)
      try {
        const second = await hear('/events', { 'last-event-id': first.lastId() }, other.url)
        await until(() => second.tasks().some((task) => task.id === id && task.state === 2))
        // Much older changes are not sent again.
        expect(second.tasks().map((task) => task.id)).not.toContain(1)
      } finally {
        await other.stop()
      }
    }, 20_000)

    it('end when the instance is told to stop, which then ends with code 0', async () => {
      const other = await startUi(master.address)
      const heard = await hear('/events', {}, other.url)
      other.process.kill('SIGTERM')
      await until(() => heard.ended, 8)
      await until(() => other.process.exitCode === 0, 8)
    }, 30_000)

    it('say when master is down, and when it is back', async () => {
      const heard = await hear()
      master.away = true
      try {
        await until(() => heard.text.includes('event: trouble'), 15)
        const page = await fetch(ui.url)
        expect(page.status).toBe(503)
        expect(await page.text()).toContain('are not answering right now')
      } finally {
        master.away = false
      }
      await until(() => heard.text.includes('{"sentence":""}'), 15)
    }, 40_000)
  })
})

async function until(happened: () => boolean, seconds = 5): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  while (!happened()) {
    if (Date.now() > deadline) throw new Error(`it did not happen within ${seconds} s`)
    await pause(20)
  }
}
