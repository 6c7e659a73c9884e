import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Ask } from '../../core/registration/first-answer.ts'
import { isPassingStatus, type Probe } from '../../core/registration/probe.ts'
import { isServing } from './grpc-health.ts'
import { answersPing } from './redis-ping.ts'

/** Asks a probe's question over the network, and leaves no connection behind. */
export const ask: Ask = async (probe, milliseconds) => {
  const signal = AbortSignal.timeout(Math.ceil(milliseconds))
  try {
    switch (probe.kind) {
      case 'http':
        return isPassingStatus(await httpStatus(probe, signal))
      case 'grpc':
        return await isServing(probe, signal)
      case 'tcp':
        return await accepts(probe, signal)
      case 'redis':
        return await answersPing(probe, signal)
    }
  } catch {
    // Refused, cut off, too late, or a request that Node will not send: not passing, and Consul will say why.
    return false
  }
}

/** How Consul connects: it accepts any certificate, and sends the server name if there is one. */
const tlsOptions = ({ tls }: Probe) => ({ rejectUnauthorized: false, servername: tls?.serverName ?? '' })

/** Only the status counts: the body is read, as Consul does for its log, but not waited for. */
function httpStatus(probe: Probe & { kind: 'http' }, signal: AbortSignal): Promise<number> {
  const { host, port, method, path, body, tls } = probe
  const headers = Object.entries(probe.headers).map(([name, values]): [string, string | string[]] =>
    name === 'Host' ? [name, values[0] ?? ''] : [name, values],
  )
  return new Promise((resolve, reject) => {
    const send = tls ? requestHttps : requestHttp
    const options = { host, port, method, path, headers: Object.fromEntries(headers), signal, agent: false }
    const request = send({ ...options, ...(tls ? tlsOptions(probe) : {}) }, (response) => {
      resolve(response.statusCode ?? 0)
      response.on('error', () => undefined).resume()
    })
    request.on('error', reject)
    // Node sets a body's length only for some methods, Go for all.
    if (body !== '') request.setHeader('Content-Length', Buffer.byteLength(body))
    request.end(body)
  })
}

function accepts(probe: Probe, signal: AbortSignal): Promise<boolean> {
  const { host, port, tls } = probe
  return new Promise((resolve, reject) => {
    const socket = tls ? connectTls({ host, port, ...tlsOptions(probe) }) : connect({ host, port })
    signal.addEventListener('abort', () => socket.destroy(new Error('too late')))
    socket.on(tls ? 'secureConnect' : 'connect', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', reject)
  })
}
