import type { Readable } from 'node:stream'

export interface StoredPicture {
  type: string
  bytes: number
  body: Readable
}

/** Holds pictures by task and name. */
export interface PictureStore {
  /**
   * Stores a picture as it arrives, replacing any with the same name. If the source breaks off, nothing is
   * stored and its error is thrown.
   */
  put(id: number, name: string, type: string, source: AsyncIterable<Buffer>): Promise<void>
  /** The picture, to be read or destroyed; undefined when there is none. */
  get(id: number, name: string): Promise<StoredPicture | undefined>
}
