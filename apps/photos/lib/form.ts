import type { IncomingMessage } from 'node:http'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import { Refusal } from '../../lib/refusal.ts'

/** A form up to its picture. */
export interface Form {
  /** The fields before the picture. */
  fields: Record<string, string>
  /** The name of the picture's file, without folders. */
  name: string | undefined
  image: AsyncIterable<Buffer>
  /** Reads what follows the picture; returns the names of the fields there. */
  end(): Promise<string[]>
}

const LIMITS = { fields: 20, files: 20, parts: 40, fieldSize: 1000, headerPairs: 50, headerSize: 8192 }

export const isForm = (request: IncomingMessage): boolean =>
  /^multipart\/form-data\b/i.test(request.headers['content-type'] ?? '')

/**
 * Reads a form until its file `image` begins. The picture has to be read, or the request drained.
 * @throws Refusal 400 when there is no such file or the form is broken
 */
export async function openForm(request: IncomingMessage): Promise<Form> {
  const parser = parserOf(request)
  const fields: Record<string, string> = {}
  const late: string[] = []
  const opened = Promise.withResolvers<Form>()
  const ended = Promise.withResolvers<void>()
  // If nobody awaits it, another error came first.
  ended.promise.catch(() => {})
  let image: (NodeJS.ReadableStream & { destroy(error?: Error): unknown }) | undefined
  const fail = (error: Error): void => {
    request.unpipe(parser)
    request.resume()
    image?.destroy(error)
    opened.reject(error)
    ended.reject(error)
  }

  parser.on('field', (field, value, _nameCut, valueCut) => {
    if (image !== undefined) late.push(field)
    else if (valueCut) fail(new Refusal(400, `The field ${field.slice(0, 50)} is too long.`))
    else fields[field] = value
  })
  parser.on('file', (field, file, name) => {
    // A form that ends too early also makes the file emit an error, even when nobody reads it.
    file.on('error', () => {})
    if (field !== 'image' || image !== undefined) {
      file.resume()
      return
    }
    image = file
    const end = async (): Promise<string[]> => {
      await ended.promise
      return late
    }
    opened.resolve({ fields, name: name || undefined, image: unbroken(file), end })
  })
  parser.once('finish', () => {
    ended.resolve()
    opened.reject(new Refusal(400, 'There is no picture; send it as the field "image".'))
  })
  parser.once('error', (cause) => fail(new Refusal(400, 'The form is broken.', { cause: cause as Error })))
  request.once('close', () => {
    if (!request.complete) fail(new Refusal(400, 'The upload broke off.'))
  })
  request.pipe(parser)
  return await opened.promise
}

async function* unbroken(file: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* file
  } catch (cause) {
    throw cause instanceof Refusal ? cause : new Refusal(400, 'The form is broken.', { cause })
  }
}

function parserOf(request: IncomingMessage) {
  try {
    return new Busboy({ headers: request.headers as BusboyHeaders, limits: LIMITS })
  } catch (cause) {
    throw new Refusal(400, 'The form is broken.', { cause })
  }
}
