import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { Refusal } from '../../lib/refusal.ts'
import { counted, drop, tooLong } from '../lib/chunks.ts'
import { DEFAULT_FILTER, FILTERS, isFilter } from '../lib/filters.ts'
import { isForm, openForm } from '../lib/form.ts'
import { FORM_BYTES, ORIGINAL_BYTES } from '../lib/limits.ts'
import { CREATED, type Task } from '../lib/task.ts'
import { cut } from '../lib/text.ts'
import { look } from './look.ts'
import { accepted, type Peers, tell } from './peers.ts'

/** S3 may take a while for a part; the time in which the picture arrives here is not counted. */
const STORE_MS = 15_000

/**
 * Accepts a picture while it arrives: creates a task, streams the bytes to `storage`, then marks the task
 * ready. If that breaks off, it leaves a task that nobody sees, which the same token finds again.
 * @returns the task's id
 * @throws Refusal 400, 413, 415, 422, 503
 */
export async function takeIn({ db, storage }: Peers, request: IncomingMessage): Promise<number> {
  if (!isForm(request)) {
    throw new Refusal(400, 'There is no picture; send a form (multipart/form-data) with the field "image".')
  }
  if (Number(request.headers['content-length'] ?? 0) > ORIGINAL_BYTES + FORM_BYTES)
    throw tooLong(ORIGINAL_BYTES)
  const form = await openForm(request)
  const filter = filterOf(form.fields.filter)
  const token = tokenOf(form.fields.token)
  const name = form.name === undefined ? undefined : cut(form.name, 200)
  const counter = { bytes: 0 }
  const picture = await look(counted(form.image, counter, ORIGINAL_BYTES), name ?? 'The picture')

  const task = (await (await tell(db, '/task', { token, filter, name })).json()) as Task
  if (task.state !== CREATED) {
    await drop(picture.all)
    return task.id
  }
  async function* whole(): AsyncGenerator<Buffer> {
    yield* picture.all
    requireNone(await form.end())
  }
  const stored = await storage.fetch(`/upload/${task.id}`, {
    method: 'POST',
    headers: { 'content-type': picture.type },
    body: Readable.from(whole()),
    timeoutMs: STORE_MS,
  })
  await accepted(storage, stored)
  await tell(db, `/task/${task.id}/ready`, { type: picture.type, bytes: counter.bytes, ...picture.size() })
  return task.id
}

/** These fields come too late: the task was created without them. */
function requireNone(late: string[]): void {
  const missed = late.filter((field) => field === 'token' || field === 'filter')
  if (missed.length === 0) return
  throw new Refusal(400, `The field ${missed.join(', ')} comes after the picture; send it before.`)
}

function filterOf(text = ''): string {
  if (text === '') return DEFAULT_FILTER
  if (isFilter(text)) return text
  throw new Refusal(422, `There is no filter ${text.slice(0, 50)}; use one of ${FILTERS.join(', ')}.`)
}

/** With a token of our own, a request to `db` can be sent again when its answer is lost. */
function tokenOf(text = ''): string {
  if (text === '') return randomUUID()
  if (text.length <= 200) return text
  throw new Refusal(422, 'The token is longer than 200 characters.')
}
