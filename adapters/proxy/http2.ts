import { once } from 'node:events'
import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { Socket } from 'node:net'
import { type Header, headerOf, type ProxyRequest, pairs, passedOn } from '../../core/proxy/message.ts'
import type { Said } from './said.ts'
import { wholeBody } from './whole-body.ts'

/** The same over HTTP/2 without encryption, with the trailers in which gRPC says how a call went. */
export async function overHttp2(socket: Socket, request: ProxyRequest, signal: AbortSignal): Promise<Said> {
  const authority = headerOf(request.headers, ':authority') ?? 'service'
  const session = connect(`http://${authority}`, { createConnection: () => socket })
  try {
    return await Promise.race([failed(session, signal), exchange(session, request)])
  } finally {
    session.destroy()
  }
}

/** Rejects when the connection fails or the time is over. */
function failed(session: ClientHttp2Session, signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    session.on('error', reject)
    session.on('goaway', (code) => {
      if (code !== constants.NGHTTP2_NO_ERROR) reject(new Error(`it went away with code ${code}`))
    })
    signal.addEventListener('abort', () => reject(new Error('too late')))
  })
}

async function exchange(
  session: ClientHttp2Session,
  { method, path, headers, body }: ProxyRequest,
): Promise<Said> {
  const authority = headerOf(headers, ':authority')
  const stream = session.request({
    ...headersByName(passedOn(headers)),
    ':method': method,
    ':path': path,
    ':scheme': 'http',
    ...(authority ? { ':authority': authority } : {}),
  })
  const trailers: Header[] = []
  let status = 0
  let said: Header[] = []
  stream.on('response', (got, _flags, raw: readonly string[]) => {
    status = got[':status'] ?? 0
    said = passedOn(pairs(raw))
  })
  stream.on('trailers', (_got, _flags, raw: readonly string[]) => trailers.push(...pairs(raw)))
  // After the body and the trailers, whichever came last.
  const closed = once(stream, 'close')
  stream.end(Buffer.from(body, 'base64'))
  const [content] = await Promise.all([wholeBody(stream), closed])
  return { status, headers: said, body: content.toString('base64'), trailers }
}

/** Headers as Node's HTTP/2 takes them: a name that comes several times has a list. */
export function headersByName(headers: readonly Header[]): Record<string, string | string[]> {
  const lists = Map.groupBy(headers, ([name]) => name.toLowerCase())
  return Object.fromEntries(
    [...lists].map(([name, found]) => {
      const values = found.map(([, value]) => value)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}
