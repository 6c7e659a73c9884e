import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../../lib/refusal.ts'
import type { Handler, Match } from '../../lib/routes.ts'
import { counted, peek, tooLong } from '../lib/chunks.ts'
import { draining } from '../lib/draining.ts'
import { type Form, isForm, openForm } from '../lib/form.ts'
import { KIND_BYTES, kindOf, typeOf } from '../lib/kinds.ts'
import { FORM_BYTES, ORIGINAL_BYTES, RESULT_BYTES } from '../lib/limits.ts'
import type { PictureStore } from './picture-store.ts'

/** The requests of docs/apps/photos.md, "storage". */
export function pictureRoutes(pictures: PictureStore): Record<string, Handler> {
  return {
    'POST /upload/:id': draining(async (request, response, match) => {
      const { id, name } = placeOf(match)
      const limit = name === 'original' ? ORIGINAL_BYTES : RESULT_BYTES
      if (Number(request.headers['content-length'] ?? 0) > limit + FORM_BYTES) throw tooLong(limit)
      const form = isForm(request) ? await openForm(request) : undefined
      const { head, all } = await peek(form?.image ?? bytesOf(request), KIND_BYTES)
      if (head.length === 0) throw new Refusal(400, 'The picture has 0 bytes.')
      await pictures.put(id, name, typeOf(kindOf(head)), whole(counted(all, { bytes: 0 }, limit), form))
      response.writeHead(204).end()
    }),
    'GET /download/:id': async (request, response, match) => {
      const { id, name } = placeOf(match)
      const picture = await pictures.get(id, name)
      if (picture === undefined) throw new Refusal(404, `Task ${id} has no picture ${name}.`)
      response.writeHead(200, { 'content-type': picture.type, 'content-length': picture.bytes })
      if (request.method === 'HEAD') {
        picture.body.destroy()
        response.end()
      } else await pipeline(picture.body, response)
    },
  }
}

/** The picture ends when its form ends, so that a form that breaks off or is refused is never stored. */
async function* whole(source: AsyncIterable<Buffer>, form: Form | undefined): AsyncGenerator<Buffer> {
  yield* source
  await form?.end()
}

/** The request stays open for the answer, however the reading ends. */
const bytesOf = (request: IncomingMessage): AsyncIterable<Buffer> =>
  request.iterator({ destroyOnReturn: false })

function placeOf({ params, query }: Match): { id: number; name: string } {
  const id = params.id ?? ''
  const name = query.get('name') ?? 'original'
  if (!/^\d{1,15}$/.test(id)) throw new Refusal(400, `${id} is not a task number.`)
  if (!/^\w[\w.-]{0,99}$/.test(name)) {
    throw new Refusal(
      400,
      'A name is 1 to 100 letters, digits, dots, dashes and underscores, and does not start with a dot or dash.',
    )
  }
  return { id: Number(id), name }
}
