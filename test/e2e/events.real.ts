import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { functionLogGroup, logLines, serviceLogGroup } from '../../adapters/aws/log-events.ts'
import { call } from '../../adapters/consul/lambda-calls.ts'
import { certificateRequest } from '../../apps/lib/identity/request.ts'
import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { controlName } from '../../core/base/names.ts'
import { throughGateway } from '../../scripts/demo/gateway.ts'
import { until } from '../../scripts/demo/wait.ts'
import { issuerContract } from '../contracts/issuer.ts'
import { removeApp } from '../live/apps.ts'
import {
  authorityOf,
  type Forged,
  feedText,
  forgedRequest,
  issuerOf,
  newKey,
  pushEventsApp,
} from '../live/events-app.ts'
import { kafkaClient } from '../live/kafka-client.ts'
import { liveStage } from '../live/stage.ts'
import { runToEnd } from '../live/workflows.ts'

const app = 'events'
const MINUTES = 60_000
const AT_ONCE = 8

describe('the app that writes events to Kafka', () => {
  let context: Context
  let url: string
  let reader: Awaited<ReturnType<typeof kafkaClient>>
  beforeAll(async () => {
    context = await liveStage()
    await pushEventsApp(context)
    await runToEnd(context, 'deploy', { app }, 900)
    const rows = await appStatus(context, app)
    url = rows.find(({ service }) => service === 'node-app')?.url ?? ''
    reader = await kafkaClient(context, app, 'go-app')
  }, 20 * MINUTES)
  afterAll(() => removeApp(context, app), 4 * MINUTES)

  const post = async (body: unknown, more: Record<string, string> = {}, query = '') => {
    const headers = { 'content-type': 'application/json', ...more }
    const sent = { method: 'POST', headers, body: Buffer.from(JSON.stringify(body)), seconds: 40 }
    const answer = await throughGateway(new URL(`/events${query}`, url).href, sent)
    const text = answer.body.toString()
    return { status: answer.status, text, id: answer.status === 202 ? JSON.parse(text).id : undefined }
  }
  const records = async () => {
    const { records = [], error } = await reader({ do: 'read', topic: 'events', group: 'go-app' })
    expect(error).toBeUndefined()
    return records.map(({ value, ...place }) => ({ ...place, event: JSON.parse(value) }))
  }
  const logged = (service: string, since = 0) =>
    logLines(context.logs(), serviceLogGroup(context.stage, app, service), since)
  const lines = async (since = 0) => (await logged('node-app', since)).map(({ text }) => text)

  it(
    'answers 202 once the broker has the event, which another client then reads',
    async () => {
      const { status, id } = await post({ parcel: 7 }, {}, '?key=parcel-7')
      expect(status).toBe(202)
      const found = (await records()).filter(({ event }) => event.id === id)
      const written = { id, key: 'parcel-7', version: '1', body: { parcel: 7 } }
      expect(found).toMatchObject([{ key: 'parcel-7', headers: { 'event-id': id }, event: written }])
      expect(found[0]?.event.instance).toMatch(/^i-/)
    },
    3 * MINUTES,
  )

  it(
    'answers a program with a line that names version, instance and event, and a person with a page',
    async () => {
      const answer = await throughGateway(url, { headers: { accept: '*/*' }, seconds: 40 })
      const [, id] = / sent the event ([\w-]+) /.exec(answer.body.toString()) ?? []
      expect(answer.body.toString()).toMatch(
        /^node-app version 1 on i-\w+ sent the event [\w-]{36} to events/,
      )
      expect((await records()).filter(({ event }) => event.id === id)).toHaveLength(1)
      const before = (await records()).length
      const page = await throughGateway(url, { headers: { accept: 'text/html,*/*;q=0.8' } })
      expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
      expect((await records()).length).toBe(before)
    },
    3 * MINUTES,
  )

  it(
    'has each event read by one of two instances, whose log has its id, and tells its page so',
    async () => {
      const sent = await Promise.all(Array.from({ length: 12 }, (_, n) => post({ n }, {}, `?key=read-${n}`)))
      const readers = await until('every event in a log of go-app', 60, async () => {
        const found = await logged('go-app')
        const by = sent.map(({ id }) =>
          found.filter(({ text }) => text.includes(id)).map((line) => line.instance),
        )
        return by.every((instances) => instances.length > 0) ? by : undefined
      })
      expect(readers.filter((instances) => new Set(instances).size !== 1)).toEqual([])
      expect(new Set(readers.flat()).size).toBe(2)
      const told = await until('the page told of every reading', 60, async () => {
        const text = await feedText(url)
        return sent.every(({ id }) => text.includes(`event: read\ndata: {"id":"${id}"`)) ? text : undefined
      })
      expect(told).toContain(`"instance":"${readers[0]?.[0]}"`)
    },
    4 * MINUTES,
  )

  it(
    'writes an event that is sent again with its Idempotency-Key once',
    async () => {
      const same = { 'idempotency-key': 'again-and-again' }
      const answers = await Promise.all([1, 2, 3].map(() => post({ n: 1 }, same)))
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
      expect((await post({ n: 2 }, same)).status).toBe(422)
      expect((await records()).filter(({ event }) => event.id === answers[0]?.id)).toHaveLength(1)
    },
    3 * MINUTES,
  )

  it(
    'loses no event while its certificate is changed twice',
    async () => {
      const renewals = async () =>
        (await lines()).filter((line) => line.includes('has a new certificate')).length
      const first = await renewals()
      const answers: Awaited<ReturnType<typeof post>>[] = []
      let going = true
      const load = Array.from({ length: AT_ONCE }, async (_, index) => {
        while (going) {
          answers.push(await post({ index }, {}, `?key=k${index}`))
          await sleep(100)
        }
      })
      await until('two new certificates', 240, async () =>
        (await renewals()) >= first + 2 ? true : undefined,
      )
      going = false
      await Promise.all(load)
      expect(answers.filter(({ status }) => status !== 202)).toEqual([])
      const there = new Set((await records()).map(({ event }) => event.id))
      expect(answers.filter(({ id }) => !there.has(id))).toEqual([])
    },
    8 * MINUTES,
  )

  it(
    'writes no event and no line when its health is checked',
    async () => {
      const [before, since] = [(await records()).length, Date.now()]
      const own = async () => (await lines(since)).filter((line) => !line.includes('certificate'))
      for (let check = 0; check < 100; check++)
        expect((await throughGateway(new URL('/healthz', url).href)).status).toBe(200)
      await sleep(10_000)
      expect([(await records()).length, await own()]).toEqual([before, []])
    },
    3 * MINUTES,
  )

  issuerContract('the control plane', async () => ({
    issuer: await issuerOf(context, { as: 'node-app', seconds: 600 }),
    seconds: 600,
    authority: await authorityOf(context),
  }))

  it.each([
    [
      'of another service',
      { as: 'go-app', identity: 'sign-client:events/node-app' },
      'Refused: events/node-app: the proof is of arn:',
    ],
    [
      'of a service of another app',
      { as: 'node-app', identity: 'sign-client:platform/consul' },
      'NotFound: platform/consul is not a deployed service of local that uses a Kafka cluster',
    ],
  ] as const)(
    'gives no certificate to an instance %s, and logs that',
    async (_what, { as, identity }, sentence) => {
      const since = Date.now()
      const issuer = await issuerOf(context, { as, identity: `nanofleet-${context.stage}-${identity}` })
      const asked = issuer.issue(certificateRequest(newKey(), issuer.name))
      await expect(asked).rejects.toMatchObject({ message: expect.stringContaining(sentence) })
      const logged = await until('a line about the refusal', 30, async () => {
        const group = functionLogGroup(context.stage, 'sign-client')
        const found = await logLines(context.logs(), group, since)
        return found.find(({ text }) => text.includes(sentence.replace(/^\w+: /, '')))
      })
      expect(logged.text).toContain('"level":"ERROR"')
    },
    60_000,
  )

  it.each<[string, Forged, string]>([
    [
      "for another stage's function",
      { boundTo: 'nanofleet-prod-sign-client' },
      'does not match the signature',
    ],
    ['for another key', { of: certificateRequest(newKey(), 'node-app') }, 'does not match the signature'],
    ['of 20 minutes ago', { minutesAgo: 20 }, 'Signature expired: '],
    ['with another signature', { signature: '0'.repeat(64) }, 'does not match the signature'],
  ])(
    'refuses a proof %s',
    async (_what, forged, sentence) => {
      const request = await forgedRequest(context, forged)
      const asked = call(context.lambda(), controlName(context.stage, 'sign-client'), request)
      await expect(asked).rejects.toThrow(sentence)
    },
    60_000,
  )

  it('takes the proof that those were made of', async () => {
    const request = await forgedRequest(context, {})
    const answer = await call(context.lambda(), controlName(context.stage, 'sign-client'), request)
    expect(answer).toMatchObject({ for: 'events/node-app', instance: expect.stringMatching(/^i-/) })
  }, 60_000)
})
