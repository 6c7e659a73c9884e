/**
 * What the page knows: events by id, from what was written and what was read, in any order and more than
 * once.
 */

/** The page keeps this many, the newest. */
export const KEPT = 500

export class Model {
  /** @type {Map<string, any>} */
  events = new Map()
  /** Instances that read, in the order in which they were first seen. @type {string[]} */
  readers = []

  /** @param {any} event as node-app writes it, with its place */
  written(event) {
    const { attempt: _, outcome: __, ...facts } = event
    return this.#change(event.id, { ...facts, writer: event.instance })
  }

  /** @param {any} read as go-app says it, with the time at which node-app heard of it */
  read({ id, key, topic, partition, offset, instance, attempt, outcome, heard }) {
    if (!this.readers.includes(instance)) this.readers.push(instance)
    return this.#change(id, { key, topic, partition, offset, reader: instance, attempt, outcome, heard })
  }

  /** @param {string} id @param {object} facts @returns {any} the event as it is now */
  #change(id, facts) {
    const event = { ...this.events.get(id), ...facts, id }
    this.events.delete(id)
    this.events.set(id, event)
    for (const oldest of this.events.keys()) {
      if (this.events.size <= KEPT) break
      this.events.delete(oldest)
    }
    return event
  }

  /** @returns {{written: number, read: number, waiting: number, took: number | undefined}} */
  counts() {
    const all = [...this.events.values()]
    const read = all.filter((event) => event.reader).length
    const times = all.map(took).filter((ms) => ms !== undefined)
    times.sort((a, b) => a - b)
    return {
      written: all.length,
      read,
      waiting: all.length - read,
      took: times[Math.floor(times.length / 2)],
    }
  }

  /** Of each partition its latest events, oldest first. @param {number} most */
  lanes(most) {
    /** @type {Map<number, any[]>} */
    const lanes = new Map()
    for (const event of this.events.values()) {
      const lane = lanes.get(event.partition) ?? []
      lane.push(event)
      lanes.set(event.partition, lane)
    }
    return [...lanes]
      .sort(([a], [b]) => a - b)
      .map(([partition, events]) => ({
        partition,
        events: events.sort((a, b) => a.offset - b.offset).slice(-most),
      }))
  }

  /** The latest ones, newest first. @param {number} most */
  latest(most) {
    const time = (/** @type {any} */ { at, heard }) => Date.parse(at ?? heard)
    return [...this.events.values()].sort((a, b) => time(b) - time(a)).slice(0, most)
  }
}

/** Milliseconds from writing to reading. @param {any} event @returns {number | undefined} */
export function took({ at, heard }) {
  return at && heard ? Math.max(0, Date.parse(heard) - Date.parse(at)) : undefined
}

/** What an event says, in a few words. @param {any} body */
export function wordsOf(body) {
  if (body === undefined) return '(of another writer)'
  const said = typeof body?.what === 'string' ? body.what : JSON.stringify(body)
  return said.length > 120 ? `${said.slice(0, 119)}…` : said
}

/** @param {number | undefined} ms */
export function duration(ms) {
  if (ms === undefined) return '–'
  return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`
}
