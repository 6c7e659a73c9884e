import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/** The longest form in the shop is about 1 kB. */
const LIMIT = 16 * 1024

/** The first value of each field, without spaces around it. */
export type Form = ReadonlyMap<string, string>

/**
 * Reads the fields of a form as browsers send them.
 * @throws Refusal 413 when it is too long, 415 when it has another type
 */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'application/x-www-form-urlencoded') {
    throw new Refusal(415, 'The shop reads forms of the type application/x-www-form-urlencoded.')
  }
  const parts: Buffer[] = []
  let bytes = 0
  // By default the loop would close the connection when it stops reading, and the 413 would never arrive.
  for await (const part of request.iterator({ destroyOnReturn: false })) {
    bytes += part.length
    if (bytes > LIMIT) throw new Refusal(413, `The form is longer than ${LIMIT} bytes.`)
    parts.push(part)
  }
  const form = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(Buffer.concat(parts).toString())) {
    if (!form.has(name)) form.set(name, value.trim())
  }
  return form
}
