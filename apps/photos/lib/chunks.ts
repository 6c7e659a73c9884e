import { Refusal } from '../../lib/refusal.ts'

/** The first bytes, at least `wanted` unless there are fewer, and a stream of everything including them. */
export async function peek(source: AsyncIterable<Buffer>, wanted: number) {
  const iterator = source[Symbol.asyncIterator]()
  const parts: Buffer[] = []
  let bytes = 0
  while (bytes < wanted) {
    const { done, value } = await iterator.next()
    if (done) break
    parts.push(value)
    bytes += value.length
  }
  const head = Buffer.concat(parts)
  return { head, all: joined(head, { [Symbol.asyncIterator]: () => iterator }) }
}

/** The sources, one after the other. */
export async function* joined(...sources: (Buffer | AsyncIterable<Buffer>)[]): AsyncGenerator<Buffer> {
  for (const source of sources) {
    if (Buffer.isBuffer(source)) {
      if (source.length > 0) yield source
    } else yield* source
  }
}

export interface Counter {
  bytes: number
}

/**
 * Passes bytes on and counts them.
 * @throws Refusal 413 after `limit` bytes
 */
export async function* counted(
  source: AsyncIterable<Buffer>,
  counter: Counter,
  limit: number,
): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    counter.bytes += chunk.length
    if (counter.bytes > limit) throw tooLong(limit)
    yield chunk
  }
}

export const tooLong = (limit: number): Refusal =>
  new Refusal(413, `The picture is larger than ${limit / 1_000_000} MB; send a smaller one.`)

/** Reads to the end and keeps nothing. */
export async function drop(source: AsyncIterable<Buffer>): Promise<void> {
  for await (const _chunk of source);
}
