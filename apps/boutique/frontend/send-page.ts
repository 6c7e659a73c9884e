import type { IncomingMessage, ServerResponse } from 'node:http'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import { encodingFor } from '../../lib/encoding.ts'
import type { Html } from './html.ts'

/** Only our own pictures and styles; no scripts, no frames, no forms that go elsewhere. */
const POLICY = [
  "default-src 'none'",
  "img-src 'self'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  // Pages show one visitor's cart, in that visitor's currency.
  'cache-control': 'no-store',
  vary: 'accept-encoding',
}

const compress = {
  // 4 of 11: a page of 10 kB in under 1 ms, at most a tenth larger than at the best quality.
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
  gzip: (bytes: Buffer) => promisify(gzip)(bytes, { level: 5 }),
}

/** Answers with a page, compressed as the browser prefers. */
export async function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  page: Html,
): Promise<void> {
  const plain = Buffer.from(page.toString())
  const encoding = encodingFor(request.headers['accept-encoding'])
  const body = encoding === undefined ? plain : await compress[encoding](plain)
  response.writeHead(status, {
    ...HEADERS,
    ...(encoding === undefined ? {} : { 'content-encoding': encoding }),
    'content-length': body.length,
  })
  response.end(body)
}

/** Sends the browser to another page, with GET. */
export function redirect(response: ServerResponse, path: string): void {
  response.writeHead(303, { location: path, 'cache-control': 'no-store', 'content-length': 0 }).end()
}
