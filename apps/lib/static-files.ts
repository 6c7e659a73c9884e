import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { type Encoding, encodingFor } from './encoding.ts'
import { Refusal } from './refusal.ts'
import type { Match } from './routes.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** A page names a file with its version, so what it names never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/** How long a file that is named without its version may be taken for the right one. */
const UNVERSIONED = {
  'five minutes': 'public, max-age=300',
  /** While instances of two releases run side by side, a file under one name may have two contents. */
  never: 'no-cache',
}

interface File {
  type: string
  version: string
  bodies: Record<Encoding | 'identity', Buffer>
}

/**
 * The files that an app's pages name, all kept in memory, as they are a few dozen kB. sirv would take size
 * and time of a file for its version, which two images that differ may share, and its compressed forms from
 * files beside it, which nobody makes.
 */
export class StaticFiles {
  readonly #files: ReadonlyMap<string, File>
  readonly #unversioned: string

  /**
   * @param folder its files are served below /static/
   * @param good how long a file without its version is good
   * @throws Error for a kind of file without a known type
   */
  constructor(folder: string, good: keyof typeof UNVERSIONED) {
    this.#unversioned = UNVERSIONED[good]
    const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) =>
      one.isFile(),
    )
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name))
    this.#files = new Map(
      paths.map((path) => [`/static/${relative(folder, path).replaceAll('\\', '/')}`, load(path)]),
    )
  }

  /** The path with its version; any other path unchanged. */
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
    // Weak: the same content, in whatever encoding the browser has it.
    const tag = `"${file.version}"`
    const headers = {
      etag: `W/${tag}`,
      vary: 'accept-encoding',
      'cache-control': query.get('v') === file.version ? FOR_EVER : this.#unversioned,
      'x-content-type-options': 'nosniff',
      // A picture opened on its own is a document too.
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
  if (type === undefined) throw new Error(`${path}: unknown type ${extname(path)}; add it to TYPES`)
  const identity = readFileSync(path)
  const version = createHash('sha256').update(identity).digest('hex').slice(0, 12)
  return { type, version, bodies: { identity, br: brotliCompressSync(identity), gzip: gzipSync(identity) } }
}

/** Weak comparison, as RFC 9110, 13.1.2 requires. */
const matches = (header: string | undefined, tag: string): boolean =>
  header?.split(',').some((one) => ['*', tag].includes(one.trim().replace(/^W\//, ''))) ?? false
