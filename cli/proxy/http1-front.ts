import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { TooLarge, wholeBody } from '../../adapters/proxy/whole-body.ts'
import { type ProxyAnswer, pairs, passedOn, STATUS } from '../../core/proxy/message.ts'
import { type Exchange, Unanswered } from './exchange.ts'

/** Answers one request of HTTP/1.1. */
export async function answerHttp1(
  { service, carry, told }: Exchange,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { method = 'GET', url = '/' } = request
  try {
    const body = (await wholeBody(request)).toString('base64')
    const headers = passedOn(pairs(request.rawHeaders))
    const protocol = 'HTTP/1.1'
    const answer = await carry({ service, protocol, method, path: pathOf(url), headers, body }, gone.signal)
    if ('problem' in answer) throw new Unanswered(answer)
    write(response, method, answer)
  } catch (error) {
    if (gone.signal.aborted) return
    const { message, status } = trouble(error as Error)
    told(`${method} ${url}: ${message}`)
    if (response.headersSent) return void response.destroy()
    // Clients that are still sending do not listen yet.
    if (!request.complete) await drained(request)
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    response.writeHead(status, headers).end(`nanofleet proxy: ${message}\n`)
  }
}

/** What a client is told instead of an answer. */
function trouble(error: Error): { message: string; status: number } {
  if (error instanceof TooLarge) return { message: `the request has ${error.message}`, status: 413 }
  const status = error instanceof Unanswered ? STATUS[error.problem].http : 502
  return { message: error.message, status }
}

const drained = (request: IncomingMessage): Promise<void> =>
  new Promise((resolve) => {
    request.on('end', resolve).on('close', resolve).resume()
  })

/** A client that takes us for its HTTP proxy names a whole URL; only its path counts here. */
function pathOf(url: string): string {
  if (url.startsWith('/')) return url
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  return parsed ? `${parsed.pathname}${parsed.search}` : '/'
}

type Said = Exclude<ProxyAnswer, { problem: unknown }>

function write(response: ServerResponse, method: string, { status, headers, body, trailers }: Said): void {
  const content = Buffer.from(body, 'base64')
  const bodiless = method === 'HEAD' || status === 204 || status === 304
  const isLength = (name: string): boolean => name.toLowerCase() === 'content-length'
  const length = trailers.length > 0 ? [] : [['content-length', String(content.length)]]
  const sent = bodiless ? headers : [...headers.filter(([name]) => !isLength(name)), ...length]
  response.sendDate = false
  if (trailers.length > 0) response.addTrailers(trailers)
  response.writeHead(status, sent.flat()).end(bodiless ? undefined : content)
}

/** WebSockets and the like need a connection that stays. */
export function refuseUpgrade(_request: IncomingMessage, socket: Duplex): void {
  const text =
    'nanofleet proxy: through the function there are single requests only, no upgraded connections\n'
  const headers = `content-type: text/plain\r\ncontent-length: ${text.length}\r\nconnection: close`
  socket.end(`HTTP/1.1 501 Not Implemented\r\n${headers}\r\n\r\n${text}`)
}
