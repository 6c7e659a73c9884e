import { createHash, randomBytes } from 'node:crypto'

/**
 * The id of a charge, a version 8 UUID (RFC 9562): the first half is derived from the caller's key, or random
 * without one; the second half is derived from the first. So instances that share no memory give the same id
 * for the same key, and each recognizes an id that none of them gave. It is not a secret and does not protect
 * against forgery.
 */
export function transactionId(key?: string): string {
  const first = (key === undefined ? randomBytes(8) : hash(`key ${key}`)).subarray(0, 8)
  return format(first)
}

/** Whether the text can be the id of a charge. */
export function isTransactionId(text: string): boolean {
  const hex = text.replaceAll('-', '')
  return /^[\da-f]{32}$/.test(hex) && format(Buffer.from(hex.slice(0, 16), 'hex')) === text
}

/** The id of the charge's refund: one for each charge. */
export const refundId = (transaction: string): string => transactionId(`refund of ${transaction}`)

function format(first: Buffer): string {
  const bytes = Buffer.concat([first, Buffer.alloc(8)])
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  hash(`id ${bytes.toString('hex', 0, 8)}`).copy(bytes, 8, 0, 8)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

const hash = (text: string): Buffer => createHash('sha256').update(`nanofleet.payments.v1 ${text}`).digest()
