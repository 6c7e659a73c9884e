import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { Refusal } from '../../lib/refusal.ts'
import type { Match } from '../../lib/routes.ts'
import { type Encoding, encodingFor } from './encoding.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A page names a file with its version, so what it names never changes; a name without one may mean new content. */
const FOR_EVER = 'public, max-age=31536000, immutable'
const FIVE_MINUTES = 'public, max-age=300'

interface File {
  type: string
  version: string
  bodies: Record<Encoding | 'identity', Buffer>
}

/** The pictures and styles, all kept in memory: they are a few dozen kB. */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, File>

  /**
   * @param folder its files are served below /static/
   * @throws Error for a kind of file that no type is known of
   */
  constructor(folder: string) {
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name))
    this.#files = new Map(
      paths.map((path) => [`/static/${relative(folder, path).replaceAll('\\', '/')}`, load(path)]),
    )
  }

  /** The path with its version; a path that is none of ours as it is. */
  address(path: string): string {
    const file = this.#files.get(path)
    return file === undefined ? path : `${path}?v=${file.version}`
  }

  /** A handler for `GET /static/*`. */
  readonly serve = (request: IncomingMessage, response: ServerResponse, { query }: Match): void => {
    const path = request.url?.split('?', 1)[0] ?? ''
    const file = this.#files.get(path)
    if (file === undefined) throw new Refusal(404, `There is no file ${path}.`)
    const encoding = encodingFor(request.headers['accept-encoding']) ?? 'identity'
    const tag = `"${file.version}-${encoding}"`
    const headers = {
      etag: tag,
      vary: 'accept-encoding',
      'cache-control': query.get('v') === file.version ? FOR_EVER : FIVE_MINUTES,
      'x-content-type-options': 'nosniff',
      // A picture that is opened by itself is a document too.
      'content-security-policy': "default-src 'none'",
    }
    if (matches(request.headers['if-none-match'], tag)) {
      response.writeHead(304, headers).end()
      return
    }
    const body = file.bodies[encoding]
    response.writeHead(200, {
      ...headers,
      'content-type': file.type,
      'content-length': body.length,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    })
    response.end(body)
  }
}

function load(path: string): File {
  const type = TYPES[extname(path)]
  if (type === undefined) throw new Error(`${path}: no type is known for ${extname(path)}; add it to TYPES`)
  const identity = readFileSync(path)
  const version = createHash('sha256').update(identity).digest('hex').slice(0, 12)
  return { type, version, bodies: { identity, br: brotliCompressSync(identity), gzip: gzipSync(identity) } }
}

/** Weak comparison, as RFC 9110, 13.1.2 asks for. */
const matches = (header: string | undefined, tag: string): boolean =>
  header?.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, ''))) ?? false
