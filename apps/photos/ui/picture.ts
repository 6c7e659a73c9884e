import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../../lib/refusal.ts'
import type { Match } from '../../lib/routes.ts'
import { FINISHED, type Task } from '../lib/task.ts'
import type { Master } from './master.ts'

/** Not the original: it may say where it was taken, and by which camera. */
const KINDS = ['result', 'before', 'after'] as const
type Kind = (typeof KINDS)[number]

const FOR_EVER = 'public, max-age=31536000, immutable'

/**
 * `GET /photo/<id>/<kind>`: a picture as `storage` holds it. It may be cached only once its task is finished.
 */
export async function sendPicture(
  master: Master,
  request: IncomingMessage,
  response: ServerResponse,
  { params }: Match,
): Promise<void> {
  const kind = kindOf(params.of)
  const task = await master.task(params.id ?? '')
  const name = task[kind]
  if (name === undefined) throw new Refusal(404, `Picture ${task.id} has no ${kind} yet.`)
  // The name contains the attempt, and nothing is ever written twice under one name: the name identifies the
  // bytes.
  response.setHeader('etag', `"${task.id}-${name}"`)
  response.setHeader('cache-control', task.state === FINISHED ? FOR_EVER : 'no-cache')
  if (isKnown(request, `"${task.id}-${name}"`)) {
    response.writeHead(304).end()
    return
  }
  const hungUp = new AbortController()
  response.once('close', () => hungUp.abort())
  const picture = await master.picture(task.id, kind, request.method ?? 'GET', hungUp.signal)
  await pass(picture, response, { kind, task })
}

/** @throws Refusal 404 for anything but a kind of picture */
function kindOf(text: string | undefined): Kind {
  const kind = KINDS.find((one) => one === text)
  if (kind === undefined)
    throw new Refusal(404, `There is no picture ${text}; use one of ${KINDS.join(', ')}.`)
  return kind
}

function isKnown(request: IncomingMessage, tag: string): boolean {
  const tags = (request.headers['if-none-match'] ?? '')
    .split(',')
    .map((text) => text.trim().replace(/^W\//, ''))
  return tags.includes(tag) || tags.includes('*')
}

async function pass(
  picture: Response,
  response: ServerResponse,
  what: { kind: Kind; task: Task },
): Promise<void> {
  const type = picture.headers.get('content-type') ?? ''
  const length = picture.headers.get('content-length')
  response.writeHead(200, {
    // Whatever it is, a browser must never take it for a page.
    'content-type': /^image\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream',
    'content-security-policy': "default-src 'none'; sandbox",
    'content-disposition': disposition(what),
    ...(length === null ? {} : { 'content-length': length }),
  })
  if (picture.body === null) {
    response.end()
    return
  }
  try {
    await pipeline(Readable.fromWeb(picture.body), response)
  } catch (error) {
    if (!response.destroyed || !isHangUp(error)) throw error
  }
}

/** A browser that leaves the page hangs up on its pictures; that is not worth logging. */
function isHangUp(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR'
}

/** The name under which a browser saves it, with letters of any language (RFC 6266). */
function disposition({ kind, task }: { kind: Kind; task: Task }): string {
  const stored = task[kind] ?? ''
  const base = (task.name ?? `picture-${task.id}`).replace(/\.[^.]*$/, '')
  const ending = /\.[^.]*$/.exec(stored)
  const suffix = kind === 'result' ? (task.filter ?? kind) : kind
  const name = `${base}-${suffix}${ending?.[0] ?? ''}`
  // A record of before may have half a sign at its end.
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (it) => `%${it.charCodeAt(0).toString(16)}`,
  )
  return `inline; filename*=UTF-8''${encoded}`
}
