import { LABEL } from '../base/name-rules.ts'
import { LARGEST_SPEC } from './document.ts'

/** A request as it came over HTTP. */
export interface HttpRequest {
  method: string
  /** Without the query. */
  path: string
  query: URLSearchParams
  /** Names in small letters. */
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
  /** ARN of the principal that signed it. */
  caller: string
}

/** What a request asks for. */
export type Command =
  | { verb: 'list' }
  | { verb: 'show'; app: string }
  | { verb: 'show-run'; app: string; run: string }
  | { verb: 'deploy'; body: Uint8Array; replaceData: string[]; key?: string }
  | { verb: 'remove'; app: string; data?: 'keep' | 'delete'; deleteData: string[]; key?: string }

/** A request that asks for nothing that there is. */
export class BadRequest extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.name = 'BadRequest'
    this.status = status
    this.headers = headers
  }
}

/** Marathon's path, and the same without its version. */
const ROUTE = /^(?:\/v2)?\/apps(?:\/([^/]+)(?:\/runs\/([^/]+))?)?\/?$/

/** @throws {BadRequest} with one sentence for a path, a method, a query or a size that does not exist */
export function commandOf(request: HttpRequest): Command {
  const { method, path, query, body } = request
  const route = ROUTE.exec(path)
  if (!route) throw new BadRequest(404, `${path}: there is nothing here; apps are at /v2/apps`)
  const [, app, run] = route
  if (app !== undefined && !LABEL.test(app)) throw new BadRequest(404, `${path}: no app can have this name`)
  if (app === undefined) {
    if (method === 'GET') return only(query, [], { verb: 'list' })
    if (method !== 'POST') throw notAllowed(request, 'GET, POST')
    if (body.length > LARGEST_SPEC)
      throw new BadRequest(413, `body: has ${body.length} bytes, and ${LARGEST_SPEC} are allowed`)
    const replaceData = namesIn(query, 'replaceData')
    return only(query, ['replaceData'], { verb: 'deploy', body, replaceData, ...keyOf(request) })
  }
  if (run !== undefined) {
    if (method !== 'GET') throw notAllowed(request, 'GET')
    return only(query, [], { verb: 'show-run', app, run })
  }
  if (method === 'GET') return only(query, [], { verb: 'show', app })
  if (method !== 'DELETE') throw notAllowed(request, 'GET, DELETE')
  return only(query, ['keepData', 'deleteData'], { verb: 'remove', app, ...dataIn(query), ...keyOf(request) })
}

const notAllowed = ({ method, path }: HttpRequest, allowed: string): BadRequest =>
  new BadRequest(405, `${path}: ${method} is not possible here; use ${allowed}`, { allow: allowed })

function only<C extends Command>(query: URLSearchParams, known: string[], command: C): C {
  for (const key of query.keys()) {
    if (!known.includes(key))
      throw new BadRequest(
        400,
        `query: ${key}: unknown; ${known.length > 0 ? `known are ${known.join(', ')}` : 'none is possible here'}`,
      )
    if (query.getAll(key).length > 1)
      throw new BadRequest(400, `query: ${key}: is there twice; keep one of the two`)
  }
  return command
}

const LOGICAL_ID = /^[A-Za-z0-9]+$/

function namesIn(query: URLSearchParams, key: string): string[] {
  const text = query.get(key)
  if (text === null) return []
  const names = text.split(',')
  const wrong = names.find((name) => !LOGICAL_ID.test(name))
  if (wrong === undefined) return names
  throw new BadRequest(
    400,
    `query: ${key}: ${JSON.stringify(wrong)} is not the name of a resource; write Orders,Pictures`,
  )
}

function dataIn(query: URLSearchParams): { data?: 'keep' | 'delete'; deleteData: string[] } {
  const deleteData = namesIn(query, 'deleteData')
  const keep = query.get('keepData')
  if (keep === null) return { deleteData, ...(query.has('deleteData') && { data: 'delete' }) }
  if (keep !== 'true')
    throw new BadRequest(400, `query: keepData: ${JSON.stringify(keep)} is unknown; write keepData=true`)
  if (query.has('deleteData'))
    throw new BadRequest(400, 'query: keepData and deleteData contradict each other; give one of them')
  return { data: 'keep', deleteData }
}

/** RFC draft-ietf-httpapi-idempotency-key-header; a caller's keys are its own. */
function keyOf({ headers, caller }: HttpRequest): { key?: string } {
  const given = headers['idempotency-key']
  if (given === undefined) return {}
  if (/^[\x21-\x7e]{1,255}$/.test(given)) return { key: `${caller} ${given}` }
  throw new BadRequest(400, 'Idempotency-Key: must be 1 to 255 visible characters of ASCII')
}
