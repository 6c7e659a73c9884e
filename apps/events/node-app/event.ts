import { createHash, randomUUID } from 'node:crypto'

/** What is written to the topic, as JSON; readers in any language know it. */
export interface Event {
  id: string
  /** Events of one key are read in the order in which they were written. */
  key: string
  /** When it was taken in, ISO 8601. */
  at: string
  /** Of the program that took it in. */
  version: string
  instance: string
  body: unknown
}

/** Where the brokers have it. */
export interface Place {
  topic: string
  partition: number
  offset: number
}

/** Who writes. */
export interface Author {
  version: string
  instance: string
}

/** @param id a new one when absent */
export function makeEvent(author: Author, body: unknown, key?: string, id: string = randomUUID()): Event {
  return { id, key: key ?? id, at: new Date().toISOString(), ...author, body }
}

/**
 * The id of the event that is sent with an Idempotency-Key: the same in every instance and after a restart,
 * so that a reader knows an event that came twice. A UUID of version 8 ("RFC 9562").
 */
export function idOf(idempotencyKey: string): string {
  const bytes = createHash('sha256').update(`events ${idempotencyKey}`).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
