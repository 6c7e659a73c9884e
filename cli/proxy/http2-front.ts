import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import { headersByName } from '../../adapters/proxy/http2.ts'
import { TooLarge, wholeBody } from '../../adapters/proxy/whole-body.ts'
import {
  ANSWER_SECONDS,
  type Header,
  headerOf,
  isGrpc,
  type ProxyAnswer,
  pairs,
  passedOn,
  STATUS,
} from '../../core/proxy/message.ts'
import { type Exchange, Unanswered } from './exchange.ts'

/** Answers one request of HTTP/2: gRPC calls, and others. */
export async function answerHttp2(
  { service, carry, told }: Exchange,
  stream: ServerHttp2Stream,
  raw: readonly string[],
): Promise<void> {
  const headers = pairs(raw)
  const method = headerOf(headers, ':method') ?? 'GET'
  const path = headerOf(headers, ':path') ?? '/'
  const authority = headers.filter(([name]) => name === ':authority')
  const gone = new AbortController()
  stream.on('close', () => gone.abort()).on('error', () => gone.abort())
  try {
    const body = (await inTime(wholeBody(stream))).toString('base64')
    const request = { service, method, path, headers: [...authority, ...passedOn(headers)], body }
    const answer = await carry({ ...request, protocol: 'HTTP/2' }, gone.signal)
    if ('problem' in answer) throw new Unanswered(answer)
    if (!stream.destroyed) write(stream, answer)
  } catch (error) {
    if (gone.signal.aborted) return
    const { message, http, grpc } = trouble(error as Error)
    told(`${method} ${path}: ${message}`)
    if (stream.headersSent) return stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    stream.respond(isGrpc(headers) ? grpcTrouble(grpc, message) : { ':status': http }, { endStream: true })
    // Whatever the client still sends is not read.
    stream.close(constants.NGHTTP2_NO_ERROR)
  }
}

/** A client that never ends its half, as a call in both directions does, would wait for ever. */
async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    const sentence = `the call has not ended its requests within ${ANSWER_SECONDS} s, and only whole ones pass`
    timer = setTimeout(() => reject(new Unanswered({ problem: 'too-late', sentence })), ANSWER_SECONDS * 1000)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

function trouble(error: Error): { message: string; http: number; grpc: number } {
  if (error instanceof TooLarge)
    return { message: `the request has ${error.message}`, http: 413, grpc: STATUS['too-large'].grpc }
  const status = STATUS[error instanceof Unanswered ? error.problem : 'broken']
  return { message: error.message, ...status }
}

/** An answer that has nothing but trailers ("gRPC over HTTP2", Responses). */
const grpcTrouble = (status: number, message: string): OutgoingHttpHeaders => ({
  ':status': 200,
  'content-type': 'application/grpc',
  'grpc-status': String(status),
  'grpc-message': percentEncoded(`nanofleet proxy: ${message}`),
})

/** Printable ASCII but the percent sign stays as it is ("gRPC over HTTP2", Status-Message). */
const percentEncoded = (text: string): string =>
  text.replaceAll(/[^ -$&-~]+/g, (part) => encodeURIComponent(part))

type Said = Exclude<ProxyAnswer, { problem: unknown }>

function write(stream: ServerHttp2Stream, { status, headers, body, trailers }: Said): void {
  const content = Buffer.from(body, 'base64')
  const end = { endStream: content.length === 0 && trailers.length === 0 }
  stream.respond(
    { ...headersByName(own(headers)), ':status': status },
    { ...end, waitForTrailers: !end.endStream },
  )
  stream.on('wantTrailers', () => stream.sendTrailers(headersByName(trailers)))
  if (!end.endStream) stream.end(content)
}

/** What HTTP/2 has no place for: a service's answer over HTTP/1.1 may have it. */
const own = (headers: readonly Header[]): Header[] => headers.filter(([name]) => !name.startsWith(':'))
