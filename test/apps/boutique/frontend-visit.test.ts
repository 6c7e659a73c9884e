import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { readCookies } from '../../../apps/boutique/frontend/cookies.ts'
import { backTo, sameOrigin } from '../../../apps/boutique/frontend/same-origin.ts'
import { forget, welcome } from '../../../apps/boutique/frontend/visit.ts'

const SESSION = '0b0f8c52-4dd4-4a1e-9a3b-3f2f7d0d3c11'

function visit(headers: Record<string, string>) {
  const request = new IncomingMessage(new Socket())
  Object.assign(request.headers, headers)
  const response = new ServerResponse(request)
  return { visit: welcome(request, response), cookies: [response.getHeader('set-cookie') ?? []].flat() }
}

describe('cookies', () => {
  it.each([
    [undefined, []],
    ['a=1', [['a', '1']]],
    [
      'a=1; b=2=3;c',
      [
        ['a', '1'],
        ['b', '2=3'],
      ],
    ],
    ['a=1; a=2', [['a', '1']]],
    [
      'a=%41; b=%',
      [
        ['a', 'A'],
        ['b', '%'],
      ],
    ],
    ['=x; ; a=', [['a', '']]],
  ])('are read from %s', (header, expected) => {
    expect([...readCookies(header)]).toEqual(expected)
  })
})

describe('a visitor', () => {
  it('a new visitor gets an id for 48 h that no script can read and no other site can send', () => {
    const { visit: found, cookies } = visit({})
    expect(cookies).toEqual([
      `shop_session-id=${found.session}; Path=/; Max-Age=172800; HttpOnly; SameSite=Lax`,
    ])
    expect(found.currency).toBe('USD')
  })

  it('a returning visitor is recognized', () => {
    const found = visit({ cookie: `shop_session-id=${SESSION}; shop_currency=JPY` })
    expect(found.visit).toMatchObject({ session: SESSION, currency: 'JPY' })
    expect(found.cookies).toEqual([])
  })

  it.each(['', 'x', '../../etc', `${SESSION}0`])('a visitor with the id "%s" gets a new one', (id) => {
    const found = visit({ cookie: `shop_session-id=${id}` })
    expect(found.visit.session).not.toBe(id)
    expect(found.cookies).toHaveLength(1)
  })

  it.each(['', 'usd', 'CHF', '<b>'])('a visitor who wants the currency "%s" gets dollars', (code) => {
    expect(visit({ cookie: `shop_currency=${code}` }).visit.currency).toBe('USD')
  })

  it('over HTTPS has cookies that no page of another name below the same domain can set', () => {
    const secure = { 'x-forwarded-proto': 'https' }
    expect(visit(secure).cookies[0]).toMatch(/^__Host-shop_session-id=.*; Path=\/; .*; Secure$/)
    const planted = visit({ ...secure, cookie: `shop_session-id=${SESSION}` })
    expect(planted.visit.session).not.toBe(SESSION)
    const own = visit({ ...secure, cookie: `__Host-shop_session-id=${SESSION}` })
    expect([own.visit.session, own.cookies]).toEqual([SESSION, []])
  })

  it('is forgotten at once', () => {
    const request = new IncomingMessage(new Socket())
    const response = new ServerResponse(request)
    forget(request, response)
    expect([response.getHeader('set-cookie')].flat()).toEqual([
      expect.stringMatching(/^shop_session-id=;.*Max-Age=0/),
      expect.stringMatching(/^shop_currency=;.*Max-Age=0/),
    ])
  })
})

describe('a form from another site', () => {
  const host = 'boutique.localhost:8080'
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-site' }, false],
    [{ 'sec-fetch-site': 'cross-site', origin: `http://${host}` }, false],
    [{ origin: `http://${host}` }, true],
    [{ origin: `https://${host}` }, true],
    [{ origin: 'http://web.localhost:8080' }, false],
    [{ origin: 'null' }, false],
    [{}, true],
  ])('is recognized by %j: ours %s', (headers, isOurs) => {
    const check = () => sameOrigin({ host, ...headers })
    if (isOurs) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ status: 403 }))
  })

  it.each([
    [undefined, '/'],
    ['nonsense', '/'],
    [`http://${host}/product/X?q=1#top`, '/product/X?q=1'],
    [`http://${host}//evil.example/`, '/evil.example/'],
    ['http://evil.example/product/X', '/'],
  ])('does not decide where the browser goes: from %s to %s', (referer, path) => {
    expect(backTo({ host, ...(referer !== undefined && { referer }) })).toBe(path)
  })
})
