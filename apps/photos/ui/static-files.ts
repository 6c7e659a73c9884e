import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler } from '../../lib/routes.ts'

const TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

interface StaticFile {
  type: string
  tag: string
  plain: Buffer
  small: Buffer
}

/**
 * Serves the files of a folder from memory. Browsers ask each time whether their copy is still current: while instances of
 * two releases run side by side, a file name may have two contents.
 * @returns the handler of `GET /static/:file`
 * @throws Error when the folder contains an unknown kind of file
 */
export function staticFiles(folder: string): Handler {
  const files = new Map(readdirSync(folder).map((name) => [name, load(join(folder, name))]))
  return (request, response, { params }) => {
    const file = files.get(params.file ?? '')
    if (file === undefined) throw new Refusal(404, `There is no file ${params.file}.`)
    const headers = { etag: file.tag, 'cache-control': 'no-cache', vary: 'accept-encoding' }
    if (request.headers['if-none-match'] === file.tag) {
      response.writeHead(304, headers).end()
      return
    }
    const isSmall = /\bbr\b/.test(request.headers['accept-encoding'] ?? '')
    const body = isSmall ? file.small : file.plain
    const encoding = isSmall ? { 'content-encoding': 'br' } : {}
    response
      .writeHead(200, { ...headers, ...encoding, 'content-type': file.type, 'content-length': body.length })
      .end(body)
  }
}

function load(path: string): StaticFile {
  const type = TYPES[extname(path)]
  if (type === undefined) throw new Error(`${path}: unknown type; add it to TYPES in static-files.ts`)
  const plain = readFileSync(path)
  const small = brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } })
  return { type, tag: `W/"${createHash('sha256').update(plain).digest('hex').slice(0, 16)}"`, plain, small }
}
