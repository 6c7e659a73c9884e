import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { startSite } from './scripted-topic.ts'

describe('the service that writes events', () => {
  let site: Awaited<ReturnType<typeof startSite>>
  beforeEach(async () => {
    site = await startSite(2)
  })
  afterEach(() => site.stop())

  const post = (body: string, headers: Record<string, string> = {}, query = '') =>
    fetch(`${site.url}/events${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })

  it('answers 202 with id and place when the topic has the event', async () => {
    const answer = await post('{"parcel":7}', {}, '?key=abcd')
    const { id, ...rest } = (await answer.json()) as Record<string, unknown>
    expect([answer.status, rest]).toEqual([202, { key: 'abcd', topic: 'events', partition: 1, offset: 0 }])
    expect(site.topic.events).toMatchObject([
      { id, key: 'abcd', version: '3', instance: 'i-0writer', body: { parcel: 7 } },
    ])
  })

  it('sends an event for a program that asks for nothing special, and says so in a line', async () => {
    const answer = await fetch(site.url, { headers: { accept: '*/*' } })
    const [event] = site.topic.events
    expect(await answer.text()).toBe(
      `node-app version 3 on i-0writer sent the event ${event?.id} to events, partition 0, offset 0\n`,
    )
    expect([answer.status, answer.headers.get('vary')]).toEqual([200, 'accept'])
  })

  it.each([
    ['GET', '/', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }],
    ['HEAD', '/', { accept: '*/*' }],
    ['GET', '/healthz', {}],
    ['HEAD', '/feed', {}],
  ])('sends none for %s %s with %j', async (method, path, headers) => {
    expect((await fetch(site.url + path, { method, headers })).status).toBe(200)
    expect(site.topic.events).toEqual([])
  })

  it.each([
    ['{', {}, '', 400, 'The body is not valid JSON.'],
    ['', {}, '', 400, 'The body is not valid JSON.'],
    [
      '{}',
      { 'content-type': 'text/plain' },
      '',
      415,
      'Send the event as JSON, with content-type: application/json.',
    ],
    ['{}', {}, '?key=', 400, 'key must have 1 to 200 characters.'],
    [
      '{}',
      { 'idempotency-key': 'a b' },
      '',
      400,
      'The Idempotency-Key must be 1 to 200 visible characters without spaces.',
    ],
  ])('refuses %j with %j %j in one sentence', async (body, headers, query, status, sentence) => {
    const answer = await post(body, headers, query)
    expect([answer.status, await answer.text()]).toEqual([status, sentence])
    expect(site.topic.events).toEqual([])
  })

  it('refuses an event that is too long', async () => {
    const answer = await post(JSON.stringify('x'.repeat(70_000)))
    expect([answer.status, await answer.text()]).toEqual([413, 'The body is longer than 65536 bytes.'])
  })

  it('refuses more events than may wait, says when to come again, and takes events afterwards', async () => {
    site.topic.hold()
    const waiting = [post('1', {}, '?key=a'), post('2', {}, '?key=bb')]
    while (site.writer.waiting < 2) await new Promise((resolve) => setImmediate(resolve))
    const refused = await fetch(site.url)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await refused.text()).toBe('2 events wait for the brokers; try again in a second.')
    site.topic.release()
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([202, 202])
    expect((await post('3')).status).toBe(202)
  })

  it('says what the brokers said, and writes the event when it is sent again with its key', async () => {
    site.topic.failure = new AggregateError([new Error('not enough replicas')], 'produce failed 60 times')
    const same = { 'idempotency-key': 'k' }
    const refused = await post('1', same)
    const sentence = 'The brokers did not confirm the event: not enough replicas'
    expect([refused.status, await refused.text()]).toEqual([503, sentence])
    site.topic.failure = undefined
    const ids = await Promise.all([post('1', same), post('1', same)].map(async (one) => (await one).json()))
    expect(ids[0]).toEqual(ids[1])
    expect(site.topic.events).toHaveLength(1)
  })

  it('tells a page what was written, before and after it came', async () => {
    await post('"before"')
    const stream = await fetch(`${site.url}/feed`)
    const body = stream.body as ReadableStream<Uint8Array>
    const reader = body.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const until = async (part: string) => {
      while (!text.includes(part)) text += (await reader.read()).value ?? ''
    }
    await until('event: live')
    expect(text).toContain('"body":"before"')
    await post('"after"')
    site.feed.tell('read', { id: 'x' })
    await until('event: read\ndata: {"id":"x"}')
    expect(text).toContain('event: written\ndata: {"id":')
    await reader.cancel()
  })
})
