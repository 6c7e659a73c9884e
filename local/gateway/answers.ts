import { type ServerResponse, STATUS_CODES } from 'node:http'
import type { FixedResponseAction, RedirectAction } from './state.ts'

/** The parts of the request that a redirect may use. */
export interface Asked {
  host: string
  port: number
  path: string
  query: string
}

/** An error page like an ALB's, with its `Server` header. */
export function answerError(response: ServerResponse, status: number): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const page = errorPage(status)
  response.writeHead(status, {
    Server: 'awselb/2.0',
    'Content-Type': 'text/html',
    'Content-Length': Buffer.byteLength(page),
  })
  response.end(page)
}

/** The same as raw bytes for a connection that has left HTTP's request cycle (an upgrade). */
export function rawError(status: number): string {
  const page = errorPage(status)
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\n`
  return `${head}Content-Length: ${Buffer.byteLength(page)}\r\nConnection: close\r\n\r\n${page}`
}

export function answerFixed(response: ServerResponse, action: FixedResponseAction): void {
  response.writeHead(action.statusCode, {
    Server: 'awselb/2.0',
    'Content-Type': action.contentType || 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(action.body),
  })
  response.end(action.body)
}

export function answerRedirect(response: ServerResponse, action: RedirectAction, asked: Asked): void {
  const location = redirectLocation(action, asked)
  response.writeHead(action.statusCode, { Server: 'awselb/2.0', Location: location, 'Content-Length': 0 })
  response.end()
}

/**
 * "Redirect actions": parts default to the request's own; port 80 for http and 443 for https are left out.
 */
export function redirectLocation(action: RedirectAction, asked: Asked): string {
  const fill = (template: string): string =>
    template
      .replaceAll('#{protocol}', 'http')
      .replaceAll('#{host}', asked.host)
      .replaceAll('#{port}', String(asked.port))
      .replaceAll('#{path}', asked.path.replace(/^\//, ''))
      .replaceAll('#{query}', asked.query)
  const protocol = fill(action.protocol ?? '#{protocol}').toLowerCase()
  const host = fill(action.host ?? '#{host}')
  const port = fill(action.port ?? '#{port}')
  const path = fill(action.path ?? '/#{path}')
  const query = fill(action.query ?? '#{query}')
  const usual = (protocol === 'http' && port === '80') || (protocol === 'https' && port === '443')
  return `${protocol}://${host}${usual ? '' : `:${port}`}${path}${query ? `?${query}` : ''}`
}

function errorPage(status: number): string {
  const title = `${status} ${STATUS_CODES[status] ?? ''}`
  const body = `<body>\r\n<center><h1>${title}</h1></center>\r\n</body>`
  return `<html>\r\n<head><title>${title}</title></head>\r\n${body}\r\n</html>\r\n`
}
