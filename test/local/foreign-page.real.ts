import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import type { LocalRecord } from '../../local/record.ts'
import { askPrivately } from '../../local/root-key.ts'
import { type LocalSettings, readSettings } from '../../local/settings.ts'
import { reset, up } from '../../local/supervisor.ts'
import { launchBrowser } from '../live/browser.ts'

/** `ok`, `opaque` (sent, not readable) or the browser's refusal, with what a script could read. */
type Outcome = { kind: string; text: string }

const CREATE = 'Action=CreateRole&Version=2010-05-08&RoleName=intruder&AssumeRolePolicyDocument=%7B%7D'
const FORM = 'application/x-www-form-urlencoded'

describe('A page of another origin, in Chromium', () => {
  let settings: LocalSettings
  let record: LocalRecord
  let browser: Browser
  let page: Page
  let port = 0
  const evil = createServer((_request, response) => {
    response.setHeader('Content-Type', 'text/html')
    response.end('<!doctype html><title>evil</title><iframe name="hidden"></iframe>')
  })

  beforeAll(async () => {
    const state = mkdtempSync(join(tmpdir(), 'region-'))
    settings = { ...readSettings(), state, port: 4986, gatewayPort: 8986, vpcCidr: '127.142.0.0/16' }
    record = (await up(settings)).record
    evil.listen(0, '127.0.0.1')
    await once(evil, 'listening')
    port = (evil.address() as AddressInfo).port
    browser = await launchBrowser()
    page = await browser.newPage()
  }, 90_000)
  afterAll(async () => {
    await browser?.close()
    evil.close()
    await reset(settings)
    rmSync(settings.state, { recursive: true, force: true })
  }, 60_000)

  const open = (host: string) => page.goto(`http://${host}:${port}/`)
  /** A script's request, and what it could read of the answer. */
  const send = (url: string, options: object = {}): Promise<Outcome> =>
    page.evaluate<Outcome>(
      `(async ([url, options]) => {
        try {
          const answer = await fetch(url, options)
          return { kind: answer.type, text: await answer.text() }
        } catch (error) {
          return { kind: String(error), text: '' }
        }
      })(${JSON.stringify([url, options])})`,
    )
  const roles = async (): Promise<string[]> => {
    const { endpoint, region, credentials } = record
    const answer = await new IAMClient({ endpoint, region, credentials }).send(new ListRolesCommand({}))
    return (answer.Roles ?? []).map(({ RoleName }) => RoleName ?? '')
  }

  it.each(['127.0.0.1', 'localhost', 'web.localhost'])(
    'served by %s can neither read nor change anything, even if it knew the key',
    async (host) => {
      await open(host)
      // The page can read what is its own: what it cannot read below is refused, not lost.
      expect(await send('/')).toMatchObject({ text: expect.stringContaining('evil') })
      const scope = `${record.credentials.accessKeyId}/20260101/us-east-1/iam/aws4_request`
      const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`
      const simple = { method: 'POST', mode: 'no-cors', body: CREATE, headers: { 'content-type': FORM } }
      const query = `${record.endpoint}/?${CREATE}`
      for (const outcome of [
        await send(record.endpoint, simple),
        await send(query, { mode: 'no-cors' }),
        await send(record.endpoint, { ...simple, mode: 'cors' }),
        await send(record.endpoint, { ...simple, mode: 'cors', headers: { authorization } }),
        await send(`${record.endpoint}/_nanofleet/instances`),
        await send(`${record.endpoint}/_nanofleet/health`),
        await send(`${record.endpoint}/_nanofleet/elb/health`, { method: 'PUT', body: '{}' }),
        await send(`${record.endpoint}/_ministack/reset`, { method: 'POST', mode: 'no-cors' }),
        await send(`${record.endpoint}/_nanofleet/inventory`, {
          headers: { 'x-nanofleet-key': record.credentials.secretAccessKey },
        }),
        await send(record.gateway, { headers: { accept: 'application/json' } }),
        await send(record.gateway.replace('localhost', 'consul.localhost')),
      ])
        expect(outcome).toMatchObject({ text: '' })
      expect(await roles()).not.toContain('intruder')
    },
    30_000,
  )

  it('cannot post a form there, nor open it in a frame', async () => {
    await open('127.0.0.1')
    const answered = page.waitForResponse((response) => response.url().startsWith(record.endpoint))
    await page.evaluate(
      `(() => {
        const form = Object.assign(document.createElement('form'), { method: 'post', target: 'hidden' })
        form.action = ${JSON.stringify(record.endpoint)}
        for (const pair of new URLSearchParams(${JSON.stringify(CREATE)}))
          form.append(Object.assign(document.createElement('input'), { name: pair[0], value: pair[1] }))
        document.body.append(form)
        form.submit()
      })()`,
    )
    expect((await answered).status()).toBe(403)
    expect(await roles()).not.toContain('intruder')
  }, 30_000)

  it('gains nothing by a name that its DNS points at this machine', async () => {
    const rules = 'MAP evil.example 127.0.0.1'
    const own = await launchBrowser([`--host-resolver-rules=${rules}`])
    try {
      const rebound = await own.newPage()
      for (const url of [record.endpoint, record.gateway]) {
        const { port: at } = new URL(url)
        for (const path of ['/_nanofleet/health', '/_nanofleet/instances', '/']) {
          const answer = await rebound.goto(`http://evil.example:${at}${path}`)
          expect(answer?.status()).toBe(403)
          expect(await answer?.text()).not.toMatch(/instanceId|vpcCidr|exposed|AKIA/)
        }
      }
    } finally {
      await own.close()
    }
  }, 30_000)

  it('does not keep a program of this machine from using it', async () => {
    expect((await askPrivately(record, 'inventory')).status).toBe(200)
    expect(Array.isArray(await roles())).toBe(true)
    const typed = await page.goto(record.gateway)
    expect(typed?.status()).toBe(200)
  }, 30_000)
})
