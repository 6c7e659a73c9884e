import { lookup } from 'node:dns'
import { Agent, type IncomingMessage, request as openHttp } from 'node:http'
import { request as openHttps, Agent as SecureAgent } from 'node:https'
import type { LookupFunction } from 'node:net'

/** The final answer to a request, after its redirects. */
export interface Page {
  status: number
  /** The path in the shop. */
  path: string
  body: string
}

/**
 * A page was not what a shopper expects; the message contains no ids, so that equal problems are counted
 * together.
 */
export class Trouble extends Error {
  override name = 'Trouble'
}

/** Longer than the shop may take for an order. */
const PATIENCE_MS = 25_000
const MOST_REDIRECTS = 5
const LARGEST_PAGE = 2 * 1024 * 1024

/** One shopper's browser: its own connection and cookies. */
export class Browser {
  requests = 0
  readonly #shop: URL
  readonly #agent: Agent
  readonly #cookies = new Map<string, string>()

  constructor(shop: URL) {
    this.#shop = shop
    const settings = { keepAlive: true, maxSockets: 1, lookup: local }
    this.#agent = shop.protocol === 'https:' ? new SecureAgent(settings) : new Agent(settings)
  }

  get(path: string): Promise<Page> {
    return this.#go('GET', path, undefined)
  }

  post(path: string, form: Record<string, string>): Promise<Page> {
    return this.#go('POST', path, new URLSearchParams(form).toString())
  }

  close(): void {
    this.#agent.destroy()
  }

  async #go(method: string, path: string, body: string | undefined): Promise<Page> {
    let step = { method, path, body }
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const { location, ...page } = await this.#ask(step)
      if (location === undefined) return page
      const target = new URL(location, new URL(step.path, this.#shop))
      if (target.host !== this.#shop.host) throw new Trouble(`${plain(path)} leads away from the shop`)
      step = { method: 'GET', path: `${target.pathname}${target.search}`, body: undefined }
    }
    throw new Trouble(`${plain(path)} leads in circles`)
  }

  async #ask(step: Step): Promise<Page & { location?: string }> {
    try {
      return await this.#send(step)
    } catch (error) {
      // The server may close an idle connection just as it is used again: retry once, as a browser does.
      if (step.method === 'GET' && error instanceof Closed) return this.#send(step)
      throw error
    }
  }

  #send({ method, path, body }: Step): Promise<Page & { location?: string }> {
    this.requests += 1
    const { promise, resolve, reject } = Promise.withResolvers<Page & { location?: string }>()
    const open = this.#shop.protocol === 'https:' ? openHttps : openHttp
    const form = body !== undefined && {
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    }
    const request = open(new URL(path, this.#shop), {
      method,
      agent: this.#agent,
      headers: { ...form, cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      signal: AbortSignal.timeout(PATIENCE_MS),
    })
    request.once('response', (answer) => {
      this.#keep(answer.headers['set-cookie'] ?? [])
      const { location } = answer.headers
      text(answer).then((page) => {
        const status = answer.statusCode ?? 0
        const isRedirect = status >= 300 && status < 400 && location !== undefined
        resolve({ status, path, body: page, ...(isRedirect && { location }) })
      }, reject)
    })
    request.once('error', (error: NodeJS.ErrnoException) => {
      const what = `${method} ${plain(path)}`
      if (error.name === 'TimeoutError') reject(new Trouble(`${what}: no answer in ${PATIENCE_MS / 1000} s`))
      else if (request.reusedSocket && error.code === 'ECONNRESET')
        reject(new Closed(`${what}: connection closed`))
      else reject(new Trouble(`${what}: ${error.code ?? error.message}`, { cause: error }))
    })
    request.end(body)
    return promise
  }

  #keep(lines: string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';')
      const split = pair.indexOf('=')
      const name = pair.slice(0, split).trim()
      const isOver = attributes.some((attribute) => attribute.trim().toLowerCase() === 'max-age=0')
      if (isOver) this.#cookies.delete(name)
      else this.#cookies.set(name, pair.slice(split + 1).trim())
    }
  }
}

interface Step {
  method: string
  path: string
  body: string | undefined
}

/** The connection was closed before the answer came. */
class Closed extends Trouble {}

/** A path without what differs from product to product. */
export const plain = (path: string): string =>
  path.replace(/^\/product\/.*/, '/product/…').replace(/\?.*/, '')

/** Names below localhost are this machine (RFC 6761, 6.3), even if its resolver does not know that. */
const local: LookupFunction = (name, options, done) =>
  /(^|\.)localhost\.?$/i.test(name) ? lookup('127.0.0.1', options, done) : lookup(name, options, done)

async function text(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of answer) {
      bytes += part.length
      if (bytes > LARGEST_PAGE) throw new Trouble('a page is larger than 2 MiB')
      parts.push(part)
    }
  } catch (cause) {
    throw cause instanceof Trouble ? cause : new Trouble('an answer broke off', { cause })
  }
  return Buffer.concat(parts).toString()
}
