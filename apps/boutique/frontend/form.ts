import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../lib/refusal.ts'

/** The longest form of the shop has about 1 kB. */
const LIMIT = 16 * 1024

/** The first value of each field, without spaces around it. */
export type Form = ReadonlyMap<string, string>

/**
 * Reads the fields of a form as browsers send it.
 * @throws Refusal 413 when it is too long, 415 when it is no such form
 */
export async function readForm(request: IncomingMessage): Promise<Form> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'application/x-www-form-urlencoded') {
    throw new Refusal(415, 'The shop reads forms of the type application/x-www-form-urlencoded.')
  }
  const parts: Buffer[] = []
  let bytes = 0
  // By itself the loop would end the connection together with the reading, and nobody would get the 413.
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
