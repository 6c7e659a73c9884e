import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { KEY, SESSION, Visitor } from './frontend-visitor.ts'

describe('the checkout, and what goes wrong around a page', () => {
  const shop = new Visitor()
  beforeAll(() => shop.open(), 40_000)
  beforeEach(() => shop.world.reset())
  afterAll(() => shop.close())

  it('places an order and shows its number, tracking id, pieces and total', async () => {
    shop.fill()
    const answer = await shop.order()
    const page = await answer.text()
    expect(answer.status).toBe(200)
    expect(page).toContain(`data-fact="order">order-${KEY}<`)
    expect(page).toContain('data-fact="tracking">AB-123<')
    expect(page).toContain('data-fact="total">$26.97<')
    expect(shop.world.orders.get(KEY)).toMatchObject({ userId: SESSION, userCurrency: 'USD' })
  })

  it('orders once when the form is sent twice', async () => {
    const pages = await Promise.all([shop.order(), shop.order()])
    expect(pages.map(({ status }) => status)).toEqual([200, 200])
    expect(shop.world.orders.size).toBe(1)
  })

  it('gives each form a new key', async () => {
    shop.fill()
    const keys = [await shop.text('/cart'), await shop.text('/cart')].map(
      (page) => /name="idempotency_key" value="([\da-f-]{36})"/.exec(page)?.[1],
    )
    expect(keys).toEqual([expect.any(String), expect.any(String)])
    expect(keys[0]).not.toBe(keys[1])
  })

  it('shows the checkout form again, with what was typed and a sentence at each wrong field', async () => {
    shop.fill()
    const answer = await shop.order({ email: 'some"one', zip_code: 'EC1A', city: 'Zürich' })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain(
      'value="some&#34;one" aria-invalid="true" aria-describedby="email-problem" autofocus',
    )
    expect(page).toContain('id="zip_code-problem">Enter the ZIP code with digits only')
    expect(page).toContain('value="Zürich"')
    expect(page).toContain(`value="${KEY}"`)
    expect(shop.world.orders.size).toBe(0)
  })

  it.each([
    ['INVALID_ARGUMENT', 422, true],
    ['FAILED_PRECONDITION', 422, false],
    ['ALREADY_EXISTS', 422, false],
    ['ABORTED', 503, true],
  ] as const)(
    'shows the form again when the checkout answers %s: %i, the same key %s',
    async (code, status, isSame) => {
      shop.fill()
      shop.world.failing.set('placeOrder', code)
      const answer = await shop.order({ city: 'Zürich' })
      const page = await answer.text()
      expect([answer.status, page.includes(`value="${KEY}"`)]).toEqual([status, isSame])
      expect(page).toContain('value="Zürich"')
    },
  )

  it('shows a placed order even when everything else fails', async () => {
    shop.world.failing
      .set('getProduct', 'INTERNAL')
      .set('listRecommendations', 'INTERNAL')
      .set('getCart', 'INTERNAL')
    const answer = await shop.order()
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('AB-123')])
  })

  it.each([
    ['listProducts', '/', 'INTERNAL', 500],
    ['listProducts', '/', 'UNAVAILABLE', 503],
    ['searchProducts', '/?q=x', 'UNAVAILABLE', 503],
    ['getProduct', '/product/MUG', 'INTERNAL', 500],
    ['getCart', '/cart', 'FAILED_PRECONDITION', 503],
    ['getQuote', '/cart', 'INTERNAL', 500],
  ] as const)(
    'answers with a page and a reference when %s for %s says %s',
    async (method, path, code, status) => {
      shop.fill()
      shop.world.failing.set(method, code)
      const answer = await shop.ask(path)
      const [, reference = ''] = /data-fact="reference">([\da-f]{8})</.exec(await answer.text()) ?? []
      expect([answer.status, reference]).toEqual([status, expect.stringMatching(/^.{8}$/)])
      expect(shop.log).toContain(`reference ${reference}: GET ${path.split('?')[0]}`)
    },
  )

  it('fails in euros but not in dollars when prices cannot be converted', async () => {
    shop.world.failing.set('convert', 'INTERNAL')
    expect((await shop.ask('/product/JAR', {}, 'TRY')).status).toBe(500)
    expect((await shop.ask('/product/JAR')).status).toBe(200)
  })

  it.each([
    ['fail', () => shop.world.failing.set('getAds', 'INTERNAL').set('listRecommendations', 'UNAVAILABLE')],
    ['hang', () => shop.world.slow.set('getAds', 20_000).set('listRecommendations', 20_000)],
  ])('shows a product without ads and recommendations when they %s', async (_how, break_) => {
    break_()
    const begin = performance.now()
    const answer = await shop.ask('/product/WATCH')
    const page = await answer.text()
    expect([answer.status, page.includes('class="also"'), page.includes('class="ad"')]).toEqual([
      200,
      false,
      false,
    ])
    expect(performance.now() - begin).toBeLessThan(4000)
  })

  it.each(['//evil.example/', 'https://evil.example/', 'javascript:alert(1)'])(
    'leaves out an ad that leads to %s',
    async (redirectUrl) => {
      shop.world.ad = { redirectUrl, text: 'Click' }
      expect(await shop.text('/product/WATCH')).not.toContain('evil')
      expect(await shop.text('/product/WATCH')).not.toContain('javascript:')
    },
  )

  it('keeps selling while the number in the cart is unknown', async () => {
    shop.world.failing.set('getCart', 'UNAVAILABLE')
    const page = await shop.text('/')
    expect(page).toContain('data-page="home"')
    expect(page).not.toContain('class="count"')
  })

  it.each(['/cart', '/cart/empty', '/cart/checkout', '/setCurrency'])(
    'refuses a form for %s from another site',
    async (path) => {
      shop.fill()
      const fields = { product_id: 'WATCH', quantity: '1', currency_code: 'EUR' }
      const answer = await shop.send(path, fields, { origin: 'http://evil.example' })
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []])
      expect(shop.world.carts.get(SESSION)).toHaveLength(1)
      expect(shop.world.orders.size).toBe(0)
    },
  )

  it.each([
    ['JSON', { body: '{}', headers: { 'content-type': 'application/json' } }, 415],
    ['a form of 20 kB', { body: new URLSearchParams({ product_id: 'a'.repeat(20_000) }) }, 413],
  ])('refuses %s', async (_what, init, status) => {
    expect((await shop.ask('/cart', { method: 'POST', ...init })).status).toBe(status)
  })
})
