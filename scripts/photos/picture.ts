import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'

export interface Picture {
  name: string
  bytes: Buffer
}

/**
 * Reads the file once, however often it is sent.
 * @throws NotFound, or InvalidInput when there is nothing to send
 */
export async function readPicture(file: string): Promise<Picture> {
  const bytes = await readFile(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') throw new NotFound(`${file}: there is no such file`, { cause })
    if (cause.code === 'EISDIR')
      throw new InvalidInput(file, 'is a folder', 'name a picture in it', { cause })
    throw new InvalidInput(file, `cannot be read: ${cause.message}`, undefined, { cause })
  })
  if (bytes.length === 0) throw new InvalidInput(file, 'is empty')
  return { name: basename(file), bytes }
}
