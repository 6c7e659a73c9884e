import type { KafkaRecord } from '../../live/kafka-client.ts'

/** An event as it was sent: `<key>-<number>`, so that the order of a key is known. */
export interface Sent {
  id: string
  key: string
  number: number
  /** It fails whenever it is worked on. */
  fails: boolean
}

/** One line of a consumer about an event, in the order in which the instance wrote it. */
export interface Handled {
  id: string
  key: string
  partition: number
  offset: number
  instance: string
  outcome: 'done' | 'dead'
}

export interface Verdict {
  acknowledged: number
  records: number
  /** Ids that the brokers confirmed and do not have. */
  lost: string[]
  /** Ids that are in the topic more than once: their writer died before it heard that they were there. */
  writtenTwice: string[]
  /** Ids that are in the topic, and whose first records are not in the order in which they were sent. */
  disordered: string[]
  /** Confirmed ids that no consumer has handled. */
  unread: string[]
  /** `partition/offset` that were handled more than once: their consumer died before it had committed. */
  readTwice: string[]
  /** Ids that an instance handled for the first time after a later one of the same key. */
  readDisordered: string[]
  /** Confirmed ids that fail and are not among the dead, and dead ones that should not be. */
  wronglyBuried: string[]
  /** Records of the dead that are there more than once. */
  buriedTwice: string[]
}

export interface Evidence {
  sent: Sent[]
  acknowledged: ReadonlySet<string>
  /** The topics, read whole. */
  records: KafkaRecord[]
  dead: KafkaRecord[]
  handled: Handled[]
}

/** What of the promises about events was kept. */
export function judge({ sent, acknowledged, records, dead, handled }: Evidence): Verdict {
  const byId = new Map(sent.map((one) => [one.id, one]))
  const inTopic = [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset).map(idOf)
  const there = new Set(inTopic)
  const read = new Set(handled.map(({ id }) => id))
  const buried = dead.map(idOf)
  const wanted = sent.filter(({ id, fails }) => fails && acknowledged.has(id)).map(({ id }) => id)
  const wrong = buried.filter((id) => byId.get(id)?.fails !== true)
  const numbered = (ids: string[]) => firsts(ids).flatMap((id) => byId.get(id) ?? [])
  return {
    acknowledged: acknowledged.size,
    records: records.length,
    lost: [...acknowledged].filter((id) => !there.has(id)),
    writtenTwice: repeated(inTopic),
    disordered: outOfOrder(numbered(inTopic)),
    unread: [...acknowledged].filter((id) => !read.has(id)),
    readTwice: repeated(handled.map(({ partition, offset }) => `${partition}/${offset}`)),
    readDisordered: [...Map.groupBy(handled, ({ instance }) => instance).values()].flatMap((lines) =>
      outOfOrder(numbered(lines.map(({ id }) => id))),
    ),
    wronglyBuried: [...wanted.filter((id) => !buried.includes(id)), ...wrong],
    buriedTwice: repeated(buried),
  }
}

/** Whether every promise was kept; duplicates are allowed, and named. */
export const isKept = (verdict: Verdict): boolean =>
  [verdict.lost, verdict.disordered, verdict.unread, verdict.readDisordered, verdict.wronglyBuried].every(
    ({ length }) => length === 0,
  )

/** The sender's own name for an event: the id of one that is posted again may be another. */
export function idOf({ value }: Pick<KafkaRecord, 'value'>): string {
  const { body } = JSON.parse(value) as { body?: { name?: unknown } }
  return String(body?.name)
}

const firsts = (ids: string[]): string[] => [...new Set(ids)]

const repeated = (names: string[]): string[] =>
  [...Map.groupBy(names, (name) => name)].flatMap(([name, all]) => (all.length > 1 ? [name] : []))

/** Those that come after one of the same key with a higher number. */
function outOfOrder(events: Sent[]): string[] {
  const last = new Map<string, number>()
  return events.flatMap(({ id, key, number }) => {
    const before = last.get(key) ?? -1
    last.set(key, Math.max(before, number))
    return number < before ? [id] : []
  })
}
