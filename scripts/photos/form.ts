import { randomBytes } from 'node:crypto'
import type { Picture } from './picture.ts'

export interface Form {
  /** Content type with the boundary. */
  type: string
  body: Buffer
}

/**
 * A form as browsers send it; the fields come before the picture, because the service reads it as it streams
 * in.
 */
export function formOf({ name, bytes }: Picture, fields: Record<string, string>): Form {
  const boundary = `----nanofleet${randomBytes(12).toString('hex')}`
  const head = Object.entries(fields).map(
    ([key, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${key}"\r\n\r\n${value}\r\n`,
  )
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="image"; filename="${quoted(name)}"\r\nContent-Type: application/octet-stream\r\n\r\n`
  const body = Buffer.concat([
    Buffer.from(head.join('') + file),
    bytes,
    Buffer.from(`\r\n--${boundary}--\r\n`),
  ])
  return { type: `multipart/form-data; boundary=${boundary}`, body }
}

/** As browsers escape it (WHATWG HTML, "Multipart form data"). */
const quoted = (name: string): string => name.replace(/\n/g, '%0A').replace(/\r/g, '%0D').replace(/"/g, '%22')
