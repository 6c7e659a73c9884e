import { type IncomingMessage, request as plain } from 'node:http'
import { request as secure } from 'node:https'

/** Milliseconds that a page may take; a load balancer gives up on its targets after 10 s or more. */
const PATIENCE_MS = 5000

/** What a load balancer says itself when nothing behind it answers. */
const NOBODY = [502, 503, 504]

/**
 * Why nobody answers at a URL; undefined if somebody does, whatever is said. A name under `localhost` leads
 * to this machine also where the system does not resolve it.
 */
export async function whyNoPage(url: string): Promise<string | undefined> {
  const { hostname, host, protocol } = new URL(url)
  const isHere = hostname.endsWith('.localhost')
  const request = protocol === 'https:' ? secure : plain
  return await new Promise((resolve) => {
    const asked = request(url, {
      ...(isHere ? { hostname: '127.0.0.1', headers: { Host: host } } : {}),
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    asked.on('response', (answer) => resolve(refusal(answer)))
    asked.on('error', (error) => resolve(reason(error)))
    asked.end()
  })
}

function refusal(answer: IncomingMessage): string | undefined {
  const { statusCode = 0, statusMessage = '' } = answer
  answer.destroy()
  return NOBODY.includes(statusCode) ? `${statusCode} ${statusMessage}`.trim() : undefined
}

function reason(error: Error & { code?: string }): string {
  if (error.name === 'AbortError') return `no answer within ${PATIENCE_MS / 1000} s`
  return error.code === 'ECONNREFUSED' ? 'nobody listens there' : error.message || String(error.code)
}
