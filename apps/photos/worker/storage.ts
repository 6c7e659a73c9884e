import { createWriteStream, openAsBlob } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import type { Peer } from '../../lib/peer.ts'
import { Refusal } from '../../lib/refusal.ts'
import { done, good } from './answer.ts'

/** Copies pictures between `storage` and files. Both verbs throw Refusal, 503 when nobody answers. */
export class Storage {
  readonly #peer: Peer

  constructor(peer: Peer) {
    this.#peer = peer
  }

  async download(id: number, name: string, file: string, signal: AbortSignal): Promise<void> {
    const answer = await good(await this.#peer.fetch(place('download', id, name), { again: true, signal }))
    try {
      await pipeline(Readable.fromWeb(answer.body as ReadableStream), createWriteStream(file), { signal })
    } catch (cause) {
      signal.throwIfAborted()
      throw new Refusal(503, `The download of ${name} broke off.`, { cause })
    }
  }

  async upload(id: number, name: string, file: string, type: string, signal: AbortSignal): Promise<void> {
    const body = await openAsBlob(file, { type })
    await done(
      await this.#peer.fetch(place('upload', id, name), { method: 'POST', body, again: true, signal }),
    )
  }
}

const place = (verb: string, id: number, name: string): string =>
  `/${verb}/${id}?name=${encodeURIComponent(name)}`
