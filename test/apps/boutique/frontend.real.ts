import { once } from 'node:events'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { SESSION, Visitor } from './frontend-visitor.ts'

describe('the shop’s frontend', () => {
  const shop = new Visitor()
  beforeAll(() => shop.open(), 40_000)
  beforeEach(() => shop.world.reset())
  afterAll(() => shop.close())

  it.each([
    ['/', 200, 'data-page="home"'],
    ['/?q=Watch', 200, 'Found for “Watch”'],
    ['/?q=%3Cscript%3E', 200, 'Nothing found for “&#60;script&#62;”'],
    ['/product/WATCH', 200, 'data-page="product"'],
    ['/product/NOTHING', 404, 'not in our catalogue'],
    ['/cart', 200, 'Your cart is empty'],
    ['/nowhere', 404, 'no page at /nowhere'],
    ['/robots.txt', 200, 'Disallow: /'],
    ['/_healthz', 200, 'ok'],
    ['/static/img/none.svg', 404, 'no file'],
    ['/static/../main.ts', 404, 'no page'],
  ])('answers GET %s with %i', async (path, status, content) => {
    const answer = await shop.ask(path)
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(content)])
  })

  it.each([
    ['/', 'GET, HEAD'],
    ['/setCurrency', 'POST'],
  ])('answers DELETE %s with 405 and the allowed methods', async (path, allow) => {
    const answer = await shop.ask(path, { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, expect.stringContaining(allow)])
  })

  it('answers HEAD like GET, without the page', async () => {
    const answer = await shop.ask('/', { method: 'HEAD' })
    expect([answer.status, Number(answer.headers.get('content-length')) > 1000]).toEqual([200, true])
    expect(await answer.text()).toBe('')
  })

  it('escapes what the services return, everywhere', async () => {
    shop.fill()
    for (const path of ['/', '/product/MUG', '/cart']) {
      const page = await shop.text(path)
      expect(page).toContain('Mug &#60;b&#62;')
      expect(page).not.toContain('Mug <b>')
    }
  })

  it('lets a page load nothing from and send nothing to anywhere else, and nobody cache it', async () => {
    const { headers } = await shop.ask('/')
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(await shop.text('/')).not.toMatch(/<script|<style|style="|\son\w+="/)
  })

  it.each(['br', 'gzip'])('compresses pages with %s', async (encoding) => {
    const answer = await shop.ask('/', { headers: { 'accept-encoding': encoding } })
    expect(answer.headers.get('content-encoding')).toBe(encoding)
    expect(await answer.text()).toContain('data-page="home"')
  })

  it('has static files cached for ever under the address that pages use, and requested again under others', async () => {
    const [, address = ''] = /href="(\/static\/shop\.css\?v=[^"]+)"/.exec(await shop.text('/')) ?? []
    const named = await shop.ask(address)
    expect(named.headers.get('cache-control')).toContain('immutable')
    expect((await shop.ask('/static/shop.css')).headers.get('cache-control')).toBe('public, max-age=300')
    const tag = named.headers.get('etag') ?? ''
    const again = await shop.ask(address, { headers: { 'if-none-match': tag } })
    expect([again.status, await again.text()]).toEqual([304, ''])
  })

  it('greets a new visitor with a session, and keeps a known one', async () => {
    const cookies = (await shop.ask('/', { headers: { cookie: '' } })).headers.getSetCookie()
    expect(cookies).toEqual([
      expect.stringMatching(/^shop_session-id=[\da-f-]{36};.*HttpOnly; SameSite=Lax$/),
    ])
    expect((await shop.ask('/')).headers.getSetCookie()).toEqual([])
  })

  it('remembers a currency, goes back to where it was chosen, and shows prices in it', async () => {
    const referer = `${shop.url}/product/WATCH`
    const answer = await shop.send('/setCurrency', { currency_code: 'JPY' }, { referer })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/product/WATCH'])
    expect(answer.headers.getSetCookie()[0]).toMatch(/^shop_currency=JPY;.*Max-Age=172800/)
    expect(await shop.text('/', 'JPY')).toContain('¥110')
    expect(await shop.text('/', 'EUR')).toContain('€109.99')
  })

  it.each(['', 'usd', 'CHF', 'XXX'])('refuses the currency "%s"', async (code) => {
    expect((await shop.send('/setCurrency', { currency_code: code })).status).toBe(422)
  })

  it('offers the currencies that the service can convert to', async () => {
    expect(
      [...(await shop.text('/')).matchAll(/name="currency_code" value="(\w+)"/g)].map(([, code]) => code),
    ).toEqual(['USD', 'EUR', 'JPY'])
  })

  it('requests each price once in a while, not for each visitor', async () => {
    await Promise.all([shop.text('/', 'EUR'), shop.text('/', 'EUR'), shop.text('/', 'EUR')])
    await shop.text('/', 'EUR')
    expect(shop.world.calls.get('convert') ?? 0).toBeLessThanOrEqual(6)
  })

  it('adds up exact prices and rounds only the sum', async () => {
    shop.fill()
    // 3 × 8.993333334 and shipping of 8.993333334
    expect(await shop.text('/cart', 'EUR')).toContain('data-fact="total">€35.97<')
  })

  it('puts a product into the cart, shows it, and empties the cart', async () => {
    const added = await shop.send('/cart', { product_id: 'WATCH', quantity: '2' })
    expect([added.status, added.headers.get('location')]).toEqual([303, '/cart'])
    const cart = await shop.text('/cart')
    expect(cart).toContain('2 × $109.99')
    expect(cart).toContain('data-fact="total">$228.97<')
    expect(await shop.text('/')).toContain('class="count">2<')
    expect((await shop.send('/cart/empty', {})).status).toBe(303)
    expect(await shop.text('/cart')).toContain('Your cart is empty')
  })

  it('shows the product form again with what was typed and what is wrong', async () => {
    const answer = await shop.send('/cart', { product_id: 'WATCH', quantity: '11' })
    const page = await answer.text()
    expect([answer.status, shop.world.calls.get('addItem')]).toEqual([422, undefined])
    expect(page).toContain('value="11" aria-invalid="true" aria-describedby="quantity-problem"')
    expect(page).toContain('Enter a whole number from 1 to 10.')
  })

  it.each([
    [{ quantity: '1' }, 422],
    [{ product_id: 'NOTHING', quantity: '1' }, 404],
  ])('does not put %j into a cart: %i', async (fields, status) => {
    expect((await shop.send('/cart', fields as Record<string, string>)).status).toBe(status)
    expect(shop.world.carts.size).toBe(0)
  })

  it('passes on what the cart says when it is full', async () => {
    shop.world.failing.set('addItem', 'RESOURCE_EXHAUSTED')
    const answer = await shop.send('/cart', { product_id: 'WATCH', quantity: '1' })
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('says RESOURCE')])
  })

  it('shows a cart with something that is no longer sold, and what to do', async () => {
    shop.world.carts.set(SESSION, [{ productId: 'GONE', quantity: 1 }])
    const page = await shop.text('/cart')
    expect(page).toContain('no longer sold')
    expect(page).not.toContain('Place order')
  })

  it('shows an ad and other products to like', async () => {
    const page = await shop.text('/product/WATCH')
    expect(page).toContain('<a href="/product/JAR">Jars &#38; more</a>')
    expect(page).toContain('You may also like')
  })

  it('forgets a visitor who leaves', async () => {
    const answer = await shop.ask('/logout')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    expect(answer.headers.getSetCookie()).toHaveLength(2)
  })

  it('says that it is stopping before it stops, and ends with code 0', async () => {
    const other = await shop.another()
    const ended = once(other.process, 'exit')
    other.process.kill('SIGTERM')
    let status = 200
    for (const end = Date.now() + 1400; status === 200 && Date.now() < end; ) {
      status = (await fetch(`http://${other.address}/_healthz`)).status
    }
    expect(status).toBe(503)
    expect(await ended).toEqual([0, null])
  }, 40_000)
})
