import type { Context } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { allInstances, type LocalInstance } from '../../scripts/demo/local-instances.ts'
import { regionOf } from '../../scripts/demo/places.ts'
import { liveAccess } from '../live/consul-api.ts'
import { consulServers } from '../live/names.ts'
import { untilWhole, webInstances } from '../live/web.ts'
import { runToEnd } from '../live/workflows.ts'
import { type BareStart, programOf, startBare } from './lib/bare-start.ts'
import { births } from './lib/births.ts'
import { type ProcessorTime, processorTime } from './lib/processor.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'

/** How much longer a scale may take than the bare start of the same programs. */
const TARGET = 1.3

/** What web starts with, and its health route. */
const BEFORE = 2
const HEALTH = { port: 8080, path: '/healthz' }

interface Scale {
  milliseconds: number
  /**
   * From the start of the run until the first and the last new instance was launched, ran, and was passing in
   * Consul.
   */
  moments: Record<string, number>
  processor: ProcessorTime
}

/**
 * Scales web from two instances to more and back, then starts as many of the same programs with nothing
 * around them.
 */
async function measure({ count, rounds }: { count: string; rounds: string }): Promise<Report> {
  return onFreshStage(async (context, settings) => {
    await bringUp(context, 'web')
    const scales: Scale[] = []
    const bare: BareStart[] = []
    for (let round = 1; round <= Number(rounds); round += 1) {
      progress.note(`round ${round}: ${BEFORE} → ${count} instances`)
      scales.push(await scaleUp(context, settings, Number(count)))
      await runToEnd(context, 'scale', { app: 'web', service: 'web', count: BEFORE }, 300)
      await untilWhole(context, BEFORE, 60)
      progress.note(`round ${round}: the same programs alone`)
      bare.push(await bareStart(context, Number(count) - BEFORE))
    }
    return report(scales, bare, Number(count))
  })
}

async function scaleUp(context: Context, { state }: LocalSettings, count: number): Promise<Scale> {
  const old = new Set((await webInstances(context)).map(({ instanceId }) => instanceId))
  const [server] = await consulServers(context)
  if (!server) throw new ServiceFailure('no Consul server runs')
  const used = await processorTime(state)
  const allPassing = births(server.address, await liveAccess(context), ['web'], count)
  const run = await runToEnd(context, 'scale', { app: 'web', service: 'web', count }, 300)
  const processor = await used()
  const passing = (await allPassing).get('web') ?? Number.NaN
  const began = Number(run.startedAt)
  const fresh = (await allInstances(regionOf(context))).filter((one) => isNew(one, old))
  const entered = (name: string): number[] => fresh.map((one) => (one.entered[name] ?? Number.NaN) - began)
  return {
    milliseconds: Number(run.endedAt) - began,
    moments: {
      'first launched': Math.min(...entered('pending')),
      'last launched': Math.max(...entered('pending')),
      'first started': Math.min(...entered('running')),
      'last started': Math.max(...entered('running')),
      'last healthy in Consul': passing - began,
    },
    processor,
  }
}

const isNew = ({ instanceId, state, tags }: LocalInstance, old: Set<string>): boolean =>
  state === 'running' && tags['nanofleet:service'] === 'web' && !old.has(instanceId)

/**
 * At addresses of the region's network outside every subnet, with the metadata service of a running instance.
 */
async function bareStart(context: Context, count: number): Promise<BareStart> {
  const [instance] = await webInstances(context)
  if (!instance?.pid) throw new ServiceFailure('web has no running instance')
  const [first, second] = instance.privateIp.split('.')
  const addresses = Array.from({ length: count }, (_, index) => `${first}.${second}.250.${index + 1}`)
  return startBare(await programOf(instance.pid), addresses, HEALTH)
}

function report(scales: Scale[], bare: BareStart[], count: number): Report {
  const ratios = scales.map(
    ({ milliseconds }, index) => milliseconds / (bare[index]?.milliseconds ?? Number.NaN),
  )
  const ratio = median(ratios)
  const parts = [...new Set(scales.flatMap(({ processor }) => Object.keys(processor)))]
  const moments = Object.keys(scales[0]?.moments ?? {})
  const withinTarget = ratio <= TARGET
  return {
    data: { count, scales, bare, ratios, ratio, targetRatio: TARGET },
    text: [
      table([
        [`web from ${BEFORE} to ${count}`, ...scales.map((_, index) => `round ${index + 1}`)],
        ['scale', ...scales.map(({ milliseconds }) => seconds(milliseconds))],
        ...moments.map((name) => [
          `… ${name}`,
          ...scales.map((one) => seconds(one.moments[name] ?? Number.NaN)),
        ]),
        ['bare start', ...bare.map(({ milliseconds }) => seconds(milliseconds))],
        ['ratio', ...ratios.map((one) => one.toFixed(2))],
      ]),
      table([
        ['processor', ...scales.map((_, index) => `round ${index + 1}`)],
        ...parts.map((part) => [
          part,
          ...scales.map(({ processor }) => `${(processor[part] ?? 0).toFixed(1)} s`),
        ]),
        ['bare start', ...bare.map(({ cpuSeconds }) => `${cpuSeconds.toFixed(1)} s`)],
      ]),
      `ratio ${ratio.toFixed(2)}, ${withinTarget ? 'within' : 'over'} the target of ${TARGET}`,
    ].join('\n\n'),
    withinTarget,
  }
}

const median = (values: number[]): number =>
  values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN

await bench(measure, { count: '99', rounds: '3' })
