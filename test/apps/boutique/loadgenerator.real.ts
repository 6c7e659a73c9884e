import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Summary } from '../../../apps/boutique/loadgenerator/tally.ts'

const servers: Server[] = []

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections()
})

/** A shop with one product; a test answers some paths itself. */
async function fakeShop(
  own: Record<string, RequestListener> = {},
): Promise<{ url: string; cookies: string[] }> {
  const cookies: string[] = []
  let visitors = 0
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    cookies.push(request.headers.cookie ?? '')
    request.resume()
    if (own[`${request.method} ${path}`]) return own[`${request.method} ${path}`]?.(request, response)
    if (!request.headers.cookie) response.setHeader('set-cookie', `id=${++visitors}; Path=/; HttpOnly`)
    if (path === '/setCurrency') return response.writeHead(303, { location: '/?currency' }).end()
    if (path === '/cart' && request.method === 'POST')
      return response.writeHead(303, { location: '/cart' }).end()
    return response.end(PAGES[path] ?? '')
  }).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  return { url: `http://boutique.localhost:${(server.address() as AddressInfo).port}`, cookies }
}

const ALL = ['USD', 'EUR', 'CAD', 'JPY', 'GBP', 'TRY'].map((code) => `value="${code}" aria-current="true"`)
const PAGES: Record<string, string> = {
  '/': '<main data-page="home"><a href="/product/MUG">',
  '/?currency': `<main data-page="home"> ${ALL}`,
  '/product/MUG': '<main data-page="product"><input name="product_id" value="MUG">',
  '/cart': '<main data-page="cart"><a href="/product/MUG"><input name="idempotency_key" value="k-1">',
  '/cart/checkout': '<main data-page="order"><dd data-fact="tracking">AB-1</dd>',
}

async function load(url: string, args: string[], interruptAfterMs?: number) {
  const command = ['apps/boutique/loadgenerator/main.ts', '--url', url, '--seed', '1', '--json', ...args]
  const child = spawn(process.execPath, command, { stdio: 'pipe' })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
    if (interruptAfterMs !== undefined && errors.includes('shoppers for')) {
      setTimeout(() => child.kill('SIGINT'), interruptAfterMs)
    }
  })
  const [code] = await once(child, 'exit')
  return { code, summary: output === '' ? undefined : (JSON.parse(output) as Summary), errors }
}

const FAST = ['--users', '3', '--duration', '3s', '--pace', '0.002']

describe('the load generator', () => {
  it('sends shoppers with their own cookies through a shop below localhost, each doing everything', async () => {
    const { url, cookies } = await fakeShop()
    const { code, summary } = await load(url, FAST)
    expect([code, summary?.troubles]).toEqual([0, []])
    expect(summary?.actions.map(({ action }) => action).sort()).toEqual([
      'addToCart',
      'browseProduct',
      'checkout',
      'index',
      'setCurrency',
      'viewCart',
    ])
    expect(new Set(cookies)).toEqual(new Set(['', 'id=1', 'id=2', 'id=3']))
  }, 30_000)

  it.each([
    ['a status', 'GET /cart', 503, PAGES['/cart'], 'viewCart: /cart answered 503'],
    [
      'another page',
      'GET /product/MUG',
      200,
      PAGES['/'],
      'browseProduct: /product/… is not the page "product"',
    ],
    [
      'an order without tracking',
      'POST /cart/checkout',
      200,
      'data-page="order"',
      'checkout: an order has no tracking id',
    ],
  ])(
    'counts %s as wrong, with the reason, and ends with code 1',
    async (_what, route, status, body, reason) => {
      const { url } = await fakeShop({
        [route]: (_request, response) => response.writeHead(status).end(body),
      })
      const { code, summary } = await load(url, FAST)
      expect(code).toBe(1)
      expect(summary?.troubles.map((one) => one.reason)).toContain(reason)
      expect(summary?.total.errors).toBeGreaterThan(0)
    },
    30_000,
  )

  it('says that nobody listens there', async () => {
    const { code, summary } = await load('http://127.0.0.1:1', ['--users', '1', '--duration', '1s'])
    expect([code, summary?.troubles[0]?.reason]).toEqual([1, 'index: GET /: ECONNREFUSED'])
  }, 30_000)

  it('ends with its summary when it is interrupted', async () => {
    const { url } = await fakeShop()
    const { code, summary } = await load(url, ['--users', '2', '--duration', '10m'], 1500)
    expect(code).toBe(0)
    expect(summary?.total.count).toBeGreaterThan(0)
    expect(summary?.seconds).toBeLessThan(60)
  }, 70_000)

  it('explains a wrong command and does nothing', async () => {
    const { code, errors, summary } = await load('http://127.0.0.1:1', ['--users', 'many'])
    expect([code, errors, summary]).toEqual([2, expect.stringContaining('--users is "many"'), undefined])
  }, 30_000)
})
