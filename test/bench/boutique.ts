import { availableParallelism } from 'node:os'
import type { Summary } from '../../apps/boutique/loadgenerator/tally.ts'
import { table } from '../../local/table.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { urlOf } from '../../scripts/demo/places.ts'
import { loadShop } from '../apps/boutique/shop-load.ts'
import { untilAppIsWhole } from '../live/apps.ts'
import { pairs } from '../live/boutique.ts'
import { killInTurn } from '../live/chaos.ts'
import { sample, seeded } from '../support/seeded.ts'
import { footprint, total } from './lib/footprint.ts'
import { type ProcessorTime, processorTime } from './lib/processor.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, megabytes, progress, type Report } from './lib/report.ts'

const LOAD = { users: 50, seconds: 60, seed: 1 }

/** Killed one after the other during most of the load, each once. */
const SECONDS_BETWEEN_KILLS = 5

interface Pass {
  name: string
  summary: Summary
  processor: ProcessorTime
  kills: number
}

/** The shop's pages under 50 shoppers: undisturbed, and while one instance of each pair is killed. */
async function measure(): Promise<Report> {
  return onFreshStage(async (context, { state }) => {
    await bringUp(context, 'boutique')
    const shop = await urlOf(context, 'boutique')
    const memory = total(await footprint(state))
    const services = await pairs(context)
    const plan = sample(services, services.length, LOAD.seed)
    const pass = async (name: string, work: () => Promise<unknown[]>): Promise<Pass> => {
      await untilAppIsWhole(context, 'boutique', 60)
      progress.note(`${LOAD.users} shoppers for ${LOAD.seconds} s, ${name}`)
      const used = await processorTime(state)
      const [summary, kills] = await Promise.all([loadShop(shop, LOAD), work()])
      return { name, summary, processor: await used(), kills: kills.length }
    }
    const calm = await pass('calm', async () => [])
    const random = seeded(LOAD.seed)
    const chaos = () => killInTurn(context, 'boutique', random, plan, SECONDS_BETWEEN_KILLS)
    return report([calm, await pass(`${plan.length} killed`, chaos)], memory)
  })
}

/** @param memory the whole region's memory after the deployment, in MB */
function report(passes: Pass[], memory: number): Report {
  const sum = (time: ProcessorTime): number => Object.values(time).reduce((all, one) => all + one, 0)
  /** The share of all cores, in percent. */
  const share = (used: number, { summary }: Pass): string =>
    `${((used / summary.seconds / availableParallelism()) * 100).toFixed(1)} %`
  const most = (part: string): number => Math.max(...passes.map(({ processor }) => processor[part] ?? 0))
  const parts = [...new Set(passes.flatMap(({ processor }) => Object.keys(processor)))]
  parts.sort((one, other) => most(other) - most(one))
  const [lost, failed] = troubles(passes)
  const withinTarget = failed.length === 0
  return {
    data: { load: LOAD, passes, memoryMegabytes: memory, withinTarget },
    text: [
      ...passes.map(({ name, summary: { actions, total, seconds, requests, requestsPerSecond } }) =>
        [
          `${name}: ${requests} requests in ${seconds} s, ${requestsPerSecond} per second`,
          table([
            ['action', 'count', 'failed', 'p50', 'p95', 'p99'],
            ...[...actions, total].map(({ action, count, errors, p50, p95, p99 }) => [
              action,
              String(count),
              String(errors),
              ...[p50, p95, p99].map((time) => `${time} ms`),
            ]),
          ]),
        ].join('\n'),
      ),
      table([
        ['share of the processor', ...passes.map(({ name }) => name)],
        ...parts.map((part) => [part, ...passes.map((pass) => share(pass.processor[part] ?? 0, pass))]),
        ['total', ...passes.map((pass) => share(sum(pass.processor), pass))],
      ]),
      `memory of the region (PSS), including recently used Lambda workers: ${megabytes(memory)}`,
      `lost with an instance of the frontend: ${lost.join(', ') || 'nothing'}`,
      withinTarget ? 'no other page failed' : `pages failed: ${failed.join(', ')}`,
    ].join('\n\n'),
    withinTarget,
  }
}

/** A page that a frontend was working on when it died: a load balancer does not ask another one. */
const LOST = / answered 502$/

/** What was lost with an instance that was killed, and everything else. */
function troubles(passes: Pass[]): [lost: string[], failed: string[]] {
  const all = passes.flatMap(({ name, kills, summary }) =>
    summary.troubles.map(({ reason, count }) => ({
      text: `${count} × ${reason} (${name})`,
      isLost: kills > 0 && LOST.test(reason),
    })),
  )
  const texts = (lost: boolean): string[] =>
    all.flatMap(({ text, isLost }) => (isLost === lost ? [text] : []))
  return [texts(true), texts(false)]
}

await bench(measure)
