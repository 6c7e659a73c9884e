import { ServiceFailure } from '../../core/base/errors.ts'
import {
  isReachable,
  type ProxyAnswer,
  type ProxyProblem,
  type ProxyRequest,
} from '../../core/proxy/message.ts'
import type { Place } from '../../core/proxy/places.ts'
import { connected } from './connect.ts'
import { overHttp1 } from './http1.ts'
import { overHttp2 } from './http2.ts'
import { TooLarge } from './whole-body.ts'

/** Instances that are tried for one request. */
const TRIES = 3

export interface Means {
  /** Healthy instances of a service, at most this many. */
  places(service: string, most: number): Promise<Place[]>
  /** Milliseconds for an answer. */
  patienceMs: number
}

/**
 * Takes a request to a healthy instance and brings the answer back. Only what Consul's DNS names is reached.
 * Another instance is tried only while nothing has been sent, so nothing is done twice.
 */
export async function forward(request: ProxyRequest, { places, patienceMs }: Means): Promise<ProxyAnswer> {
  const { service } = request
  if (!isReachable(service)) return problem('nowhere', `${JSON.stringify(service)} is no service of an app`)
  const signal = AbortSignal.timeout(patienceMs)
  try {
    const found = await places(service, TRIES)
    if (found.length === 0) return problem('nowhere', `${service} has no healthy instance`)
    for (const place of found) {
      const socket = await connected(place)
      if (!socket) continue
      const send = request.protocol === 'HTTP/2' ? overHttp2 : overHttp1
      try {
        return { instance: place.address, ...(await send(socket, request, signal)) }
      } finally {
        socket.destroy()
      }
    }
    const tried = found.map(({ address, port }) => `${address}:${port}`).join(', ')
    return problem('unreachable', `no instance of ${service} takes a connection (${tried})`)
  } catch (error) {
    return failure(service, error as Error, signal.aborted ? patienceMs / 1000 : undefined)
  }
}

/** @param seconds that were waited, if that is why */
function failure(service: string, error: Error, seconds: number | undefined): ProxyAnswer {
  if (seconds !== undefined)
    return problem('too-late', `${service} has not answered in full within ${seconds} s`)
  if (error instanceof TooLarge) return problem('too-large', `${service} answers with ${error.message}`)
  if (error instanceof ServiceFailure) return problem('nowhere', error.message)
  return problem('broken', `${service} broke the connection off: ${error.message}`)
}

const problem = (kind: ProxyProblem, sentence: string): ProxyAnswer => ({ problem: kind, sentence })
