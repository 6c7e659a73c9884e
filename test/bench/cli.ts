import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../../cli/context.ts'
import { NotFound } from '../../core/base/errors.ts'
import { writeRecord } from '../../local/record.ts'
import type { LocalSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import { web } from '../../scripts/demo/apps/web.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { BusyProxy } from './lib/busy-proxy.ts'
import { commandTimes, type Measured, type Times } from './lib/command-times.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report } from './lib/report.ts'

/** Milliseconds that each may take itself, without the region's answers. */
const TARGETS = { help: 200, status: 800, scale: 1000 }

const BARE = 'node -e 0'

/** How long a person waits for a command, compared with the bare start of Node. */
async function measure({ rounds }: { rounds: string }): Promise<Report> {
  return onFreshStage(async (context, settings) => {
    await bringUp(context, web.name)
    const folder = await mkdtemp(join(tmpdir(), 'nanofleet-bench-'))
    const proxy = new BusyProxy(regionOf(context).endpoint)
    try {
      await writeRecord(folder, { ...regionOf(context), endpoint: await proxy.start() })
      progress.note(`commands, ${rounds} rounds`)
      const environment = { ...settings.environment, NANOFLEET_STATE: folder }
      const run = (count: number) =>
        commandTimes(settings.node, commands(settings, folder), count, environment, proxy)
      // The first round fills the cache of compiled code.
      await run(1)
      return report(await run(Number(rounds)))
    } finally {
      proxy.stop()
      await rm(folder, { recursive: true })
    }
  })
}

function commands({ repository }: LocalSettings, folder: string): Measured[] {
  const nanofleet = (...args: string[]) => [join(repository, 'cli/nanofleet.mjs'), ...args]
  const nothingCached = async () => ({ NODE_COMPILE_CACHE: await mkdtemp(join(folder, 'cache-')) })
  return [
    { name: BARE, args: ['-e', '0'] },
    { name: 'nanofleet --help', args: nanofleet('--help'), target: TARGETS.help },
    { name: 'nanofleet --help, nothing compiled yet', args: nanofleet('--help'), environment: nothingCached },
    { name: 'nanofleet deploy --help', args: nanofleet('deploy', '--help') },
    { name: 'completion of "deploy "', args: nanofleet('complete', '--', 'deploy', '') },
    { name: 'nanofleet executions', args: nanofleet('executions') },
    { name: 'nanofleet status', args: nanofleet('status'), target: TARGETS.status },
    { name: 'nanofleet status, nothing compiled yet', args: nanofleet('status'), environment: nothingCached },
    {
      name: 'nanofleet scale web web 2, which it has',
      args: nanofleet('scale', web.name, 'web', '2', '--json'),
      run: true,
      target: TARGETS.scale,
    },
  ]
}

function report(times: Times[]): Report {
  const bare = times.find(({ name }) => name === BARE)?.wall ?? Number.NaN
  const over = times.filter(({ own, target }) => target !== undefined && own > target)
  const whole = (value: number): string => `${Math.round(value)} ms`
  return {
    data: { times, withinTarget: over.length === 0 },
    text: [
      table([
        ['median', 'wall', 'region', 'requests', 'own', 'ratio', 'target'],
        ...times.map(({ name, wall, region, requests, own, target }) => [
          name,
          whole(wall),
          whole(region),
          String(requests),
          whole(own),
          (own / bare).toFixed(1),
          target === undefined ? '' : whole(target),
        ]),
      ]),
      over.length === 0 ? 'within target' : `over target: ${over.map(({ name }) => name).join(', ')}`,
    ].join('\n\n'),
    withinTarget: over.length === 0,
  }
}

/** @throws {NotFound} never: the stage of a measurement is a local one */
function regionOf({ local }: Context) {
  if (local) return local
  throw new NotFound('This measurement needs a local region')
}

await bench(measure, { rounds: '9' })
