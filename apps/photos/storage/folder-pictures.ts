import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { KIND_BYTES, kindOf, typeOf } from '../lib/kinds.ts'
import type { PictureStore, StoredPicture } from './picture-store.ts'

/** Pictures in a local folder, `<id>/<name>`; their type is detected from their first bytes. */
export class FolderPictures implements PictureStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async put(id: number, name: string, _type: string, source: AsyncIterable<Buffer>): Promise<void> {
    const folder = join(this.#folder, String(id))
    await mkdir(folder, { recursive: true })
    // The name of a picture never starts with a dot.
    const unfinished = join(folder, `.${randomUUID()}`)
    // Opened before anything is written: a stream that fails while opening its file leaves it behind.
    const file = await open(unfinished, 'wx')
    try {
      await pipeline(source, file.createWriteStream())
      await rename(unfinished, join(folder, name))
    } catch (error) {
      await rm(unfinished, { force: true })
      throw error
    }
  }

  async get(id: number, name: string): Promise<StoredPicture | undefined> {
    const file = await openIfThere(join(this.#folder, String(id), name))
    if (file === undefined) return undefined
    try {
      const { size } = await file.stat()
      const { buffer, bytesRead } = await file.read(Buffer.alloc(KIND_BYTES), 0, KIND_BYTES, 0)
      const type = typeOf(kindOf(buffer.subarray(0, bytesRead)))
      return { type, bytes: size, body: file.createReadStream({ start: 0 }) }
    } catch (error) {
      await file.close()
      throw error
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
