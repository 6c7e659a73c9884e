import type { Readable } from 'node:stream'
import { NanofleetError } from '../../core/base/errors.ts'
import { BODY_LIMIT } from '../../core/proxy/message.ts'

/** A body that does not fit into a call of a function. */
export class TooLarge extends NanofleetError {
  constructor() {
    super(`more than ${BODY_LIMIT / 1_000_000} MB, and one call of a function carries no more`)
  }
}

/**
 * All of a body.
 * @throws {TooLarge} as soon as it is
 */
export async function wholeBody(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  // A stream that is left stays open, so that its other half can still answer.
  for await (const part of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += part.length
    if (size > BODY_LIMIT) throw new TooLarge()
    parts.push(part)
  }
  return Buffer.concat(parts)
}
