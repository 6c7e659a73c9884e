import type { Context } from '../../cli/context.ts'
import { appStatus } from '../../cli/stage/stage-status.ts'
import { table } from '../../local/table.ts'
import { APP, eventsUnderKills, type Kind, type Outcome } from '../live/events-under-kills.ts'
import { brokerMemory } from '../live/kafka-brokers.ts'
import { pushOwn } from '../live/source.ts'
import { runToEnd } from '../live/workflows.ts'
import { isKept } from './lib/events-judge.ts'
import { postTimes, type Times } from './lib/post-times.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, megabytes, progress, type Report, seconds } from './lib/report.ts'

/** A POST may take this much longer than a plain produce, half of them. */
const MORE_MS = 2

const EVERYTHING: Kind[] = ['broker', 'consumer', 'producer', 'poster']

interface Settings extends Record<string, string> {
  seed: string
  events: string
  kills: string
}

/** Ten thousand events while brokers, consumers and producers are killed; the same with a single broker. */
async function measure(given: Settings): Promise<Report> {
  const [seed, events, kills] = [Number(given.seed), Number(given.events), Number(given.kills)]
  const three = await onCluster('', async (context, state) => {
    const times = await postTimes(context, state)
    progress.note(
      `p50 of a produce ${times.produce.p50.toFixed(1)} ms, of a POST ${times.post.p50.toFixed(1)} ms`,
    )
    const rest = await brokerMemory(state)
    const outcome = await killed(context, state, { seed, events, kills, kinds: EVERYTHING })
    return { times, rest, outcome }
  })
  const one = await onCluster('1', (context, state) =>
    killed(context, state, {
      seed,
      events: Math.ceil(events / 5),
      kills: Math.ceil(kills / 5),
      kinds: ['broker'],
    }),
  )
  return report(three.times, three.rest, three.outcome, one)
}

/** The app on a stage of its own with this many brokers; as many as it asks for without a number. */
async function onCluster<T>(
  brokers: string,
  work: (context: Context, state: string) => Promise<T>,
): Promise<T> {
  process.env.NANOFLEET_KAFKA_BROKERS = brokers
  return await onFreshStage(async (context, { state }) => {
    progress.note('the app events')
    await pushOwn(context, APP)
    await runToEnd(context, 'deploy', { app: APP }, 900)
    return await work(context, state)
  })
}

async function killed(
  context: Context,
  state: string,
  what: { seed: number; events: number; kills: number; kinds: Kind[] },
): Promise<Outcome> {
  const rows = await appStatus(context, APP)
  const url = rows.find(({ service }) => service === 'node-app')?.url ?? ''
  const say = (text: string): void => progress.note(text)
  const posts = { url, atOnce: 10 }
  const outcome = await eventsUnderKills(context, { ...what, state, writers: 10, posts, every: 6, say })
  say(isKept(outcome.verdict) ? 'every promise is kept' : `broken: ${JSON.stringify(outcome.verdict)}`)
  return outcome
}

function report(times: Times, rest: Record<string, number>, three: Outcome, one: Outcome): Report {
  const within = times.post.p50 <= times.produce.p50 + MORE_MS
  const ms = (value: number): string => `${value.toFixed(1)} ms`
  const count = (...lists: string[][]): string => lists.map(({ length }) => length).join(' / ')
  const row = (name: string, of: (outcome: Outcome) => string): string[] => [name, of(three), of(one)]
  return {
    data: { times, memory: { rest }, three, one },
    withinTarget: within && isKept(three.verdict) && isKept(one.verdict),
    text: [
      table([
        ['32 at once', 'p50', 'p95', 'p99'],
        ['plain produce', ms(times.produce.p50), ms(times.produce.p95), ms(times.produce.p99)],
        ['POST /events', ms(times.post.p50), ms(times.post.p95), ms(times.post.p99)],
      ]),
      table([
        ['', 'three brokers', 'one broker'],
        row('killed', ({ kills }) =>
          Object.entries(kills)
            .map((each) => each.join(' '))
            .join(', '),
        ),
        row('confirmed, records', ({ verdict }) => `${verdict.acknowledged}, ${verdict.records}`),
        row('lost', ({ verdict }) => count(verdict.lost)),
        row('not read', ({ verdict }) => count(verdict.unread)),
        row('out of order: in the topic / when read', ({ verdict }) =>
          count(verdict.disordered, verdict.readDisordered),
        ),
        row('wrong among the dead', ({ verdict }) => count(verdict.wronglyBuried)),
        row('twice: written / read / dead', ({ verdict }) =>
          count(verdict.writtenTwice, verdict.readTwice, verdict.buriedTwice),
        ),
        row('time', ({ seconds: taken }) => seconds(taken * 1000)),
        row('memory of brokers', ({ memory }) => Object.values(memory).map(megabytes).join(', ')),
      ]),
      `memory of brokers before the kills: ${Object.values(rest).map(megabytes).join(', ')}`,
      `twice: ${[...named(three), ...named(one)].join(', ') || 'none'}`,
    ].join('\n\n'),
  }
}

const named = ({ verdict }: Outcome): string[] => [
  ...verdict.writtenTwice.map((id) => `${id} written`),
  ...verdict.readTwice.map((place) => `${place} read`),
  ...verdict.buriedTwice.map((id) => `${id} dead`),
]

await bench(measure, { seed: '7', events: '10000', kills: '20' })
