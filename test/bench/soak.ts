import { setTimeout as sleep } from 'node:timers/promises'
import { InvalidInput } from '../../core/base/errors.ts'
import { table } from '../../local/table.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { urlOf } from '../../scripts/demo/places.ts'
import { loadShop } from '../apps/boutique/shop-load.ts'
import { untilAppIsWhole } from '../live/apps.ts'
import { seeded } from '../support/seeded.ts'
import { explain, type Fault } from './lib/explained.ts'
import { inflict } from './lib/faults.ts'
import { type Holdings, holdings } from './lib/holdings.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report } from './lib/report.ts'

/** Shoppers that make about 30 requests per second: each one acts every 5.5 s, with 1.5 requests. */
const USERS = 110

/** From the end of one fault to the next: half as long as this, up to one and a half times. */
const PAUSE_SECONDS = 30

/** Long enough for recently used functions to end and for the last records to be written. */
const SETTLE_SECONDS = 90

/** The boutique under load while parts of it die at random: what failed and why, and what is left over. */
async function measure({ minutes, seed }: { minutes: string; seed: string }): Promise<Report> {
  const seconds = Number(minutes) * 60
  if (!(seconds >= 60 && seconds <= 3600))
    throw new InvalidInput('--minutes', `${minutes} is not between 1 and 60`, 'give a number')
  return onFreshStage(async (context, { state }) => {
    await bringUp(context, 'boutique')
    const shop = await urlOf(context, 'boutique')
    await untilAppIsWhole(context, 'boutique', 60)
    const warm = { users: USERS, seconds: 60, seed: Number(seed) + 1 }
    progress.note('a minute of shoppers, so that every program has its working memory')
    await loadShop(shop, warm)
    await sleep(SETTLE_SECONDS * 1000)
    const before = await holdings(state)
    progress.note(`${USERS} shoppers for ${minutes} minutes`)
    const end = Date.now() + seconds * 1000
    const faults: Fault[] = []
    const random = seeded(Number(seed))
    const hurt = async (): Promise<void> => {
      for (;;) {
        await sleep(PAUSE_SECONDS * 1000 * (0.5 + random()))
        if (Date.now() > end - PAUSE_SECONDS * 1000) return
        const fault = await inflict(context, state, random)
        faults.push(fault)
        progress.note(`${fault.what}, whole again after ${inSeconds(fault)}`)
      }
    }
    const [summary] = await Promise.all([
      loadShop(shop, { users: USERS, seconds, seed: Number(seed) }),
      hurt(),
    ])
    await untilAppIsWhole(context, 'boutique', 300)
    await sleep(SETTLE_SECONDS * 1000)
    const after = await holdings(state)
    const { byFault, others } = explain(summary.failures, faults)
    const { total, requests, requestsPerSecond } = summary
    const rows = faults.map((fault, index) => [
      fault.what,
      inSeconds(fault),
      String(byFault[index]?.length ?? 0),
      reasons(byFault[index] ?? []),
    ])
    return {
      data: { minutes: Number(minutes), seed: Number(seed), faults, summary, others, before, after },
      text: [
        `${requests} requests, ${requestsPerSecond} per second; p50 ${total.p50} ms, p99 ${total.p99} ms`,
        `${faults.length} faults; of ${total.count} actions ${total.errors} failed, ${others.length} of them apart from any fault`,
        table([
          ['fault', 'whole again after', 'failed', 'why'],
          ...rows.filter(([, , failed]) => failed !== '0'),
        ]),
        `the other ${rows.filter(([, , failed]) => failed === '0').length} faults: nothing failed`,
        ...(others.length > 0 ? [`apart from any fault: ${reasons(others)}`] : []),
        compared(before, after),
      ].join('\n\n'),
      withinTarget: others.length === 0,
    }
  })
}

const inSeconds = ({ from, to }: Fault): string => `${((to - from) / 1000).toFixed(1)} s`

function reasons(failures: { action: string; reason: string }[]): string {
  const counts = Map.groupBy(failures, ({ action, reason }) => `${action}: ${reason}`)
  return [...counts].map(([reason, all]) => `${all.length} × ${reason}`).join('; ')
}

/** Memory and descriptors by part, the disk, and the records that changed in number. */
function compared(before: Holdings, after: Holdings): string {
  const names = (one: object, other: object): string[] => [
    ...new Set([...Object.keys(one), ...Object.keys(other)]),
  ]
  const parts = names(before.parts, after.parts).map((name) => {
    const [was, is] = [before.parts[name], after.parts[name]]
    return [
      name,
      ...[
        was?.processes,
        is?.processes,
        was?.megabytes,
        is?.megabytes,
        was?.descriptors,
        is?.descriptors,
      ].map((value) => String(Math.round(value ?? 0))),
    ]
  })
  const disk = names(before.disk, after.disk)
    .map((name) => [name, (before.disk[name] ?? 0).toFixed(1), (after.disk[name] ?? 0).toFixed(1)])
    .filter(([, was, is]) => was !== is)
  const records = names(before.records, after.records)
    .map((name) => [name, String(before.records[name] ?? 0), String(after.records[name] ?? 0)])
    .filter(([, was, is]) => was !== is)
  return [
    table([
      ['part', 'processes', 'after', 'MB (PSS)', 'after', 'descriptors', 'after'],
      ...parts.toSorted((one, other) => Number(other[4]) - Number(one[4])),
    ]),
    table([['MB on disk', 'before', 'after'], ...disk]),
    records.length > 0
      ? table([['records', 'before', 'after'], ...records])
      : 'as many records of each kind as before',
  ].join('\n\n')
}

await bench(measure, { minutes: '60', seed: '1' })
