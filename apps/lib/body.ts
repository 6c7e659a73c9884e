import { Readable } from 'node:stream'

/** A request's body in a form that node:http can send. */
export interface Body {
  headers: Record<string, string>
  /** A stream can be read only once, so it cannot be sent a second time. */
  once: boolean
  open(): Buffer | Readable
}

/** Text, bytes, forms and blobs are kept and can be sent again; anything else is a stream. */
export async function toBody(body: RequestInit['body']): Promise<Body> {
  if (body === undefined || body === null) return kept(Buffer.alloc(0), {})
  if (typeof body === 'string') return kept(Buffer.from(body), { 'content-type': 'text/plain;charset=UTF-8' })
  if (body instanceof Uint8Array) return kept(Buffer.from(body), {})
  if (body instanceof Blob) {
    const headers: Record<string, string> = { 'content-length': String(body.size) }
    if (body.type) headers['content-type'] = body.type
    return { headers, once: false, open: () => Readable.from(body.stream()) }
  }
  if (body instanceof FormData || body instanceof URLSearchParams) {
    const encoded = new Response(body)
    const type = encoded.headers.get('content-type') ?? 'application/octet-stream'
    return kept(Buffer.from(await encoded.arrayBuffer()), { 'content-type': type })
  }
  if (typeof body === 'object' && Symbol.asyncIterator in body) {
    return { headers: {}, once: true, open: () => (body instanceof Readable ? body : Readable.from(body)) }
  }
  throw new TypeError('the body must be text, bytes, a form, a blob or a stream')
}

const kept = (bytes: Buffer, headers: Record<string, string>): Body => ({
  headers: bytes.length > 0 ? { ...headers, 'content-length': String(bytes.length) } : headers,
  once: false,
  open: () => bytes,
})
