import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { GatewayProcess, ORDINARY, requestsIn } from './raw.ts'

/** What an attacker wants the target to read as a request of its own. */
const INNER = 'GET /smuggled HTTP/1.1\r\nHost: web.localhost\r\n\r\n'
const [N, HEX] = [INNER.length, INNER.length.toString(16)]
const CHUNKED = `0\r\n\r\n${INNER}`

/** One request to `/outer` with these header lines (each with its line end) and this body. */
const outer = (lines: string, body: string, method = 'POST', target = '/outer') =>
  `${method} ${target} HTTP/1.1\r\nHost: web.localhost\r\n${lines}\r\n${body}`
const both = (encoding: string) => outer(`Content-Length: ${CHUNKED.length}\r\n${encoding}`, CHUNKED)
const alone = (encoding: string) => outer(encoding, CHUNKED)

/**
 * The variants of RFC 9112, 11.2, and of the papers "HTTP Desync Attacks: Request Smuggling Reborn", "HTTP
 * Request Smuggling in 2020", "HTTP/2: The Sequel is Always Worse", "h2c Smuggling" and "Browser-Powered
 * Desync Attacks".
 */
const REFUSED: [name: string, bytes: string][] = [
  ['CL.TE: a length and chunks', both('Transfer-Encoding: chunked\r\n')],
  ['TE.CL: chunks and a shorter length', outer('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n', `${HEX}\r\n${INNER}\r\n0\r\n\r\n`)],
  ['TE.TE: chunked twice', both('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n')],
  ['TE.TE: the second one unknown', both('Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n')],
  ['TE.TE: the first one unknown', both('Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n')],
  ['an encoding that ends like chunked', both('Transfer-Encoding: xchunked\r\n')],
  ['an encoding in quotes', both('Transfer-Encoding: "chunked"\r\n')],
  ['a space before the colon', both('Transfer-Encoding : chunked\r\n')],
  ['a tab before the colon', both('Transfer-Encoding\t: chunked\r\n')],
  ['a tab after the colon', both('Transfer-Encoding:\tchunked\r\n')],
  ['a vertical tab after the colon', both('Transfer-Encoding: \x0bchunked\r\n')],
  ['a space before the name', outer(`X: x\r\n Transfer-Encoding: chunked\r\nContent-Length: ${CHUNKED.length}\r\n`, CHUNKED)],
  ['a header that is folded', both('Transfer-Encoding:\r\n chunked\r\n')],
  ['a header that is folded before its value ends', both('Transfer-Encoding: chun\r\n ked\r\n')],
  ['a line feed before the name', both('X: x\nTransfer-Encoding: chunked\r\n')],
  ['a carriage return in a value', both('X: x\rTransfer-Encoding: chunked\r\n')],
  ['a zero byte in a value', both('Transfer-Encoding: chunked\x00\r\n')],
  ['a zero byte in a name', both('Transfer-Encoding\x00: chunked\r\n')],
  ['identity', both('Transfer-Encoding: identity\r\n')],
  ['chunked and identity', both('Transfer-Encoding: chunked, identity\r\n')],
  ['identity and chunked, alone', alone('Transfer-Encoding: identity, chunked\r\n')],
  ['gzip and chunked, alone', alone('Transfer-Encoding: gzip, chunked\r\n')],
  ['an unknown encoding alone', alone('Transfer-Encoding: cow\r\n')],
  ['an empty encoding', both('Transfer-Encoding: \r\n')],
  ['chunked with a comma', alone('Transfer-Encoding: ,chunked\r\n')],
  ['chunks of HTTP/1.0', alone('Transfer-Encoding: chunked\r\n').replace('HTTP/1.1', 'HTTP/1.0')],
  ['two lengths that differ', outer(`Content-Length: 0\r\nContent-Length: ${N}\r\n`, INNER)],
  ['two lengths that are the same', outer(`Content-Length: ${N}\r\nContent-Length: ${N}\r\n`, INNER)],
  ['two lengths in one header', outer(`Content-Length: ${N}, 0\r\n`, INNER)],
  ['a length with a sign', outer(`Content-Length: +${N}\r\n`, INNER)],
  ['a negative length', outer('Content-Length: -1\r\n', INNER)],
  ['a length in hexadecimal', outer(`Content-Length: 0x${HEX}\r\n`, INNER)],
  ['a length with a decimal', outer(`Content-Length: ${N}.0\r\n`, INNER)],
  ['a length with a space in it', outer('Content-Length: 1 0\r\n', INNER)],
  ['a length that no number holds', outer('Content-Length: 184467440737095516160\r\n', INNER)],
  ['an empty length', outer('Content-Length: \r\n', INNER)],
  ['a length with a space before the colon', outer(`Content-Length : ${N}\r\n`, INNER)],
  ['Connection that names the length', outer(`Connection: content-length\r\nContent-Length: ${N}\r\n`, INNER, 'GET')],
  ['Connection that names the encoding', outer('Connection: close, Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n', `${HEX}\r\n${INNER}\r\n0\r\n\r\n`)],
  ['Connection that names the host', outer('Connection: Host\r\n', '', 'GET')],
  ['two hosts', outer('Host: other.localhost\r\n', '', 'GET')],
  ['a host with a path', 'GET /outer HTTP/1.1\r\nHost: web.localhost/x\r\n\r\n'],
  ['a host with a space', 'GET /outer HTTP/1.1\r\nHost: web.localhost x\r\n\r\n'],
  ['no host', 'GET /outer HTTP/1.1\r\n\r\n'],
  ['a URL of another host', outer('', '', 'GET', 'http://other.localhost/outer')],
  ['a URL with a name before the host', outer('', '', 'GET', 'http://web.localhost@other.localhost/outer')],
  ['a target without a slash', outer('', '', 'GET', 'outer')],
  ['bare line feeds', 'GET /outer HTTP/1.1\nHost: web.localhost\n\n'],
  ['a header without a colon', outer('Transfer-Encoding chunked\r\n', '', 'GET')],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['another version', `GET /outer HTTP/1.2\r\nHost: web.localhost\r\n\r\n${INNER}`.replace('1.2', '9.9')],
  ['a second version in the line', `GET /outer HTTP/1.1 HTTP/1.1\r\nHost: web.localhost\r\n\r\n`],
  ['a WebSocket with a body', outer(`Connection: Upgrade\r\nUpgrade: websocket\r\nContent-Length: ${N}\r\n`, INNER, 'GET')],
  ['a WebSocket by POST', outer('Connection: Upgrade\r\nUpgrade: websocket\r\n', INNER)],
] // biome-ignore format: one row each

const ONE: [name: string, bytes: string][] = [
  ['a body that looks like a request', outer(`Content-Length: ${N}\r\nConnection: close\r\n`, INNER)],
  ['a GET with such a body', outer(`Content-Length: ${N}\r\nConnection: close\r\n`, INNER, 'GET')],
  ['a chunk that looks like a request', outer('Transfer-Encoding: chunked\r\n', `${HEX}\r\n${INNER}\r\n0\r\n\r\n`)],
  ['chunked in capitals', outer('TRANSFER-ENCODING: CHUNKED\r\n', `${HEX}\r\n${INNER}\r\n0\r\n\r\n`)],
  ['chunks with extensions', outer('Transfer-Encoding: chunked\r\n', `${HEX};a=b;c="d"\r\n${INNER}\r\n0;e\r\n\r\n`)],
  ['a trailer', outer('Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n', '1\r\nx\r\n0\r\nX-Sum: 1\r\n\r\n')],
  ['a length with an underscore', outer(`Content_Length: ${N}\r\n`, '', 'GET')],
  ['an encoding with an underscore', outer('Transfer_Encoding: chunked\r\n', '', 'GET')],
  ['a length with zeros in front', outer(`Content-Length: 000${N}\r\n`, INNER)],
  ['an upgrade to h2c', outer('Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n', '', 'GET')],
  ['an upgrade to h2c that Connection does not name', outer('Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n', '', 'GET')],
  ['Expect with a body', outer(`Expect: 100-continue\r\nContent-Length: ${N}\r\n`, INNER)],
  ['a URL of the same host', outer('', '', 'GET', 'http://web.localhost/outer')],
  ['Connection that names other headers', outer('Connection: close, X-Mine, Cookie\r\nX-Mine: 1\r\n', '', 'GET')],
  ['Connection more than once', outer('Connection: keep-alive\r\nConnection: close\r\n', '', 'GET')],
  ['Keep-Alive and Proxy-Connection', outer('Keep-Alive: timeout=5\r\nProxy-Connection: keep-alive\r\n', '', 'GET')],
  ['TE with trailers', outer('TE: trailers, chunked\r\nConnection: TE\r\n', '', 'GET')],
  ['an empty line before the request', `\r\n${outer('', '', 'GET')}`],
] // biome-ignore format: one row each

describe('The gateway, as a process, in front of a target that reads bytes', () => {
  const gateway = new GatewayProcess()
  beforeAll(() => gateway.start(), 40_000)
  afterAll(() => gateway.stop())
  beforeEach(() => {
    gateway.target.forget()
  })

  it.each(REFUSED)('answers 400 and closes, and the target sees nothing: %s', async (_name, bytes) => {
    const answer = await gateway.send(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 (400|417|431|505) [\s\S]*<closed>$/)
    for (const reader of ['length', 'chunks'] as const) expect(gateway.target.seen(reader)).toEqual([])
    expect(await gateway.send(ORDINARY)).toMatch(/\r\n\r\nGET \/ordinary<closed>$/)
  })

  it.each(ONE)('passes on one request, however a target reads it: %s', async (_name, bytes) => {
    const answer = await gateway.send(bytes)
    const method = /^\s*([A-Z]+)/.exec(bytes)?.[1]
    expect(answer).toContain(`\r\n\r\n${method} /outer`)
    for (const reader of ['length', 'chunks'] as const)
      expect(gateway.target.seen(reader)).toEqual([`${method} /outer`])
    expect(gateway.target.bytes).not.toMatch(/http2-settings|content_length|x-mine/i)
    expect(await gateway.send(ORDINARY)).toMatch(/\r\n\r\nGET \/ordinary<closed>$/)
  })

  it('reads nothing behind a request that it refused', async () => {
    const bytes = `${outer('Connection: content-length\r\nContent-Length: 0\r\n', '')}${INNER}`
    expect(await gateway.send(bytes)).toMatch(/^HTTP\/1\.1 400 [\s\S]*<closed>$/)
    expect(gateway.target.seen('chunks')).toEqual([])
  })

  it.each([
    ['chunks that break off', `3\r\nabc\r\nzz\r\n${INNER}`],
    ['a chunk longer than its size', `1\r\nabc\r\n0\r\n\r\n${INNER}`],
    ['a size that no number holds', `fffffffffffffffff\r\n${INNER}`],
    ['a size with a sign', `-1\r\n${INNER}`],
    ['a bare line feed behind the size', `1;\nx\r\n0\r\n\r\n${INNER}`],
    ['a trailer that is a length', `1\r\nx\r\n0\r\nContent-Length: 99\r\n\r\n${INNER}`],
    ['a trailer that is an encoding', `1\r\nx\r\n0\r\nTransfer-Encoding: chunked\r\n\r\n${INNER}`],
  ])('sends nothing of what follows: %s', async (_name, body) => {
    const answer = await gateway.send(outer('Transfer-Encoding: chunked\r\n', body))
    expect(answer).toMatch(/^HTTP\/1\.1 400 [\s\S]*<closed>$/)
    expect(gateway.target.bytes).not.toContain('/smuggled')
    expect(await gateway.send(ORDINARY)).toMatch(/\r\n\r\nGET \/ordinary<closed>$/)
  })

  it('answers two requests of one connection in their order', async () => {
    const answer = await gateway.send(`${outer('', '', 'GET')}${INNER}`)
    expect(answer).toMatch(/GET \/outer[\s\S]*GET \/smuggled/)
  })
})

describe('The two ways of reading', () => {
  it('tell an ambiguous request from a clear one', () => {
    const ambiguous = both('Transfer-Encoding: chunked\r\n')
    expect([requestsIn(ambiguous, 'length'), requestsIn(ambiguous, 'chunks')]).toEqual([
      ['POST /outer'],
      ['POST /outer', 'GET /smuggled'],
    ])
    expect(REFUSED.length + ONE.length).toBeGreaterThanOrEqual(40)
  })
})
