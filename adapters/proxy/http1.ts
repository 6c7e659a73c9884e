import { type IncomingMessage, request as requestHttp } from 'node:http'
import type { Socket } from 'node:net'
import { headerOf, type ProxyRequest, pairs, passedOn } from '../../core/proxy/message.ts'
import type { Said } from './said.ts'
import { wholeBody } from './whole-body.ts'

/** Sends a request over this connection, which serves no other. */
export async function overHttp1(
  socket: Socket,
  { method, path, headers, body }: ProxyRequest,
  signal: AbortSignal,
): Promise<Said> {
  const content = Buffer.from(body, 'base64')
  const own = passedOn(headers).filter(([name]) => name.toLowerCase() !== 'content-length')
  const has = content.length > 0 || headerOf(headers, 'content-length') !== undefined
  const sent = [
    ...own,
    ...(has ? [['content-length', String(content.length)]] : []),
    ['connection', 'close'],
  ].flat()
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = requestHttp({
      createConnection: () => socket,
      method,
      path,
      headers: sent,
      setHost: false,
      signal,
    })
    request.on('response', resolve).on('error', reject)
    // Without a listener, Node takes the socket and leaves it to nobody.
    request.on('upgrade', (upgraded) => resolve(upgraded))
    request.end(content)
  })
  const answered = await wholeBody(response)
  return {
    status: response.statusCode ?? 0,
    headers: passedOn(pairs(response.rawHeaders)),
    body: answered.toString('base64'),
    trailers: pairs(response.rawTrailers),
  }
}
