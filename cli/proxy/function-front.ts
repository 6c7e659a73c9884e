import { createServer as createHttp } from 'node:http'
import { createServer as createHttp2 } from 'node:http2'
import { createServer, type Server, type Socket } from 'node:net'
import type { Exchange } from './exchange.ts'
import { answerHttp1, refuseUpgrade } from './http1-front.ts'
import { answerHttp2 } from './http2-front.ts'

/** What a client of HTTP/2 without encryption begins with (RFC 9113, section 3.4). */
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')

/**
 * Takes each request of a client, HTTP/1.1 or HTTP/2 without encryption, whole to the function in the VPC and
 * answers with what comes back.
 */
export function functionFront(exchange: Exchange): Server {
  const http1 = createHttp(
    // A client that would also speak HTTP/2 is answered as it began.
    { shouldUpgradeCallback: ({ headers }) => !/\bh2c\b/i.test(headers.upgrade ?? '') },
    (request, response) => void answerHttp1(exchange, request, response),
  )
  http1.on('upgrade', refuseUpgrade).on('connect', refuseUpgrade)
  const http2 = createHttp2()
  http2.on('stream', (stream, _headers, _flags, raw) => void answerHttp2(exchange, stream, raw))
  http2.on('sessionError', () => undefined)
  return createServer((socket) => {
    socket.on('error', () => socket.destroy())
    void spoken(socket).then((isHttp2) => {
      if (isHttp2) return http2.emit('connection', socket)
      http1.emit('connection', socket)
      return socket.resume()
    })
  })
}

/** Whether a client speaks HTTP/2; what it has sent stays in its socket. */
function spoken(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    let seen = Buffer.alloc(0)
    const look = (part: Buffer): void => {
      seen = Buffer.concat([seen, part])
      const known = Math.min(seen.length, PREFACE.length)
      const same = seen.subarray(0, known).equals(PREFACE.subarray(0, known))
      if (same && known < PREFACE.length) return
      socket.off('data', look).pause()
      socket.unshift(seen)
      resolve(same)
    }
    socket.on('data', look)
  })
}
