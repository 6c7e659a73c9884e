import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../../cli/context.ts'
import { ADMIN } from '../../core/kafka/rights.ts'
import { idOf, judge, type Sent, type Verdict } from '../bench/lib/events-judge.ts'
import { seeded } from '../support/seeded.ts'
import { killOne, killPlan } from './chaos.ts'
import { Posters } from './event-posters.ts'
import { brokerMemory, killBroker, untilBrokersAnswer } from './kafka-brokers.ts'
import { kafkaClient, kafkaSettings } from './kafka-client.ts'
import { Writers, type WrittenEvent } from './kafka-writers.ts'
import { READER, ReaderLines } from './reader-lines.ts'

export const APP = 'events'
const POSTER = 'node-app'
const KEYS = 20
/** Each time this many events have passed, one comes that fails. */
const FAILS_EVERY = 197

/** What is killed; `poster` is the service that takes events in over HTTP. */
export type Kind = 'broker' | 'consumer' | 'producer' | 'poster'

export interface Trial {
  /** The region's folder. */
  state: string
  seed: number
  events: number
  /** Programs that write with librdkafka. */
  writers: number
  /** Callers that post to this address; none without. */
  posts?: { url: string; atOnce: number }
  /** Which kinds die, and how many times in all. */
  kinds: Kind[]
  kills: number
  /** Seconds between two kills, roughly. */
  every: number
  say?: (text: string) => void
}

export interface Outcome {
  verdict: Verdict
  kills: Record<string, number>
  starts: number
  seconds: number
  memory: Record<string, number>
}

/**
 * Writes events while brokers, consumers and producers are killed, one after the other, in an order that the
 * seed decides; waits until everything is read, and judges it by topics read whole by another library.
 */
export async function eventsUnderKills(context: Context, trial: Trial): Promise<Outcome> {
  const { state, seed, events, say = () => undefined } = trial
  const began = Date.now()
  const settings = await kafkaSettings(context, APP, ADMIN, state)
  const sent = toSend(`${seed}-${began.toString(36)}`, events)
  const own = new Set(sent.map(({ id }) => id))
  const lines = new ReaderLines(context, own)
  const writers = new Writers(settings, 'events', pauseOf(trial))
  const posters = trial.posts && new Posters(trial.posts.url, writers.acknowledged)
  let written = false
  const writing = write(trial, sent, writers, posters).then(() => {
    written = true
  })
  const kills = await killAll(context, trial, settings, writers, () => written)
  await writing
  say(`all ${events} events are confirmed`)
  await lines.until(own.size, say)
  const client = await kafkaClient(context, APP, ADMIN, state)
  const topic = async (name: string) => {
    const { records, error } = await client({ do: 'read', topic: name })
    if (!records) throw new Error(`${name} cannot be read whole: ${error}`)
    return records.filter((record) => own.has(idOf(record)))
  }
  const evidence = {
    sent,
    acknowledged: writers.acknowledged,
    records: await topic('events'),
    dead: await topic('events-dead'),
    handled: await lines.end(),
  }
  const seconds = (Date.now() - began) / 1000
  const memory = await brokerMemory(state)
  return { verdict: judge(evidence), kills, starts: writers.starts, seconds, memory }
}

/** So that all is written about when the last kill is done. */
const pauseOf = ({ kills, every, writers, posts, events }: Trial): number =>
  Math.max((kills * every * (writers + (posts?.atOnce ?? 0))) / events, 0.001)

/** Each writer and each caller has keys of its own, so that the order in which a key is sent is known. */
async function write(trial: Trial, sent: Sent[], writers: Writers, posters?: Posters): Promise<void> {
  const posted = posters ? KEYS / 2 : 0
  const shares = (first: number, last: number, count: number) =>
    Array.from({ length: count }, (_, share) =>
      sent
        .filter((_one, at) => at % KEYS >= first && at % KEYS < last && (at % KEYS) % count === share)
        .map(asWritten),
    )
  await Promise.all([
    writers.write(shares(posted, KEYS, trial.writers)),
    posters?.write(shares(0, posted, trial.posts?.atOnce ?? 1), pauseOf(trial)),
  ])
}

async function killAll(
  context: Context,
  { state, seed, kinds, kills, every, say = () => undefined }: Trial,
  settings: Record<string, string>,
  writers: Writers,
  written: () => boolean,
): Promise<Record<string, number>> {
  const random = seeded(seed)
  const done: Record<string, number> = {}
  const client = await kafkaClient(context, APP, ADMIN, state)
  for (const kind of killPlan(seed, kinds, kills)) {
    await sleep(every * 1000 * (0.6 + 0.8 * random()))
    if (written()) break
    if (kind === 'broker') {
      // With two of three gone nobody could confirm anything, which loses nothing and takes long.
      await untilBrokersAnswer(settings['bootstrap.servers'] ?? '')
      while ((await client({ do: 'behind' })).behind !== 0) await sleep(500)
      say(`broker ${await killBroker(state, random())} is killed`)
    } else if (kind === 'consumer' || kind === 'poster') {
      const service = kind === 'consumer' ? READER : POSTER
      say(`${service} ${await killOne(context, APP, service, random())} is killed`)
    } else if (!writers.kill(random())) continue
    else say('a producer is killed')
    done[kind] = (done[kind] ?? 0) + 1
  }
  return done
}

function toSend(run: string, events: number): Sent[] {
  return Array.from({ length: events }, (_, at) => {
    const [key, number] = [`${run}-k${at % KEYS}`, Math.floor(at / KEYS)]
    return { id: `${key}-${number}`, key, number, fails: at % FAILS_EVERY === FAILS_EVERY - 1 }
  })
}

const asWritten = ({ id, key, fails }: Sent): WrittenEvent => ({
  id,
  key,
  at: new Date().toISOString(),
  version: 'test',
  instance: 'test',
  body: { name: id, fail: fails },
})
