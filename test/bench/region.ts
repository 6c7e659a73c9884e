import { reset, up } from '../../local/supervisor.ts'
import { table } from '../../local/table.ts'
import { startBare } from './lib/emulator.ts'
import { type Latencies, latencies } from './lib/latency.ts'
import { benchSettings } from './lib/region.ts'
import { bench, type Report } from './lib/report.ts'

const ROWS: Record<keyof Latencies, string> = {
  coldInvoke: 'Lambda, first call',
  warmInvoke: 'Lambda, next calls',
  emptyRun: 'workflow run with one Pass state',
  lambdaTask: 'each Lambda task of a workflow',
}

/**
 * What our extension costs: latencies of the region and of the emulator without it, measured one after the
 * other.
 */
async function measure(): Promise<Report> {
  const settings = benchSettings()
  await reset(settings)
  const bare = await startBare(settings)
  try {
    const { record } = await up(settings)
    const [alone, region] = [await latencies(bare), await latencies(record)]
    const keys = Object.keys(ROWS) as (keyof Latencies)[]
    return {
      data: { bare: alone, region },
      text: table([
        ['median', 'region', 'bare emulator', 'ratio'],
        ...keys.map((key) => [
          ROWS[key],
          `${region[key].toFixed(1)} ms`,
          `${alone[key].toFixed(1)} ms`,
          (region[key] / alone[key]).toFixed(2),
        ]),
      ]),
    }
  } finally {
    await bare.stop()
    await reset(settings)
  }
}

await bench(measure)
