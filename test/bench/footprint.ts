import { setTimeout as sleep } from 'node:timers/promises'
import { openContext } from '../../cli/context.ts'
import { reset, up } from '../../local/supervisor.ts'
import { table } from '../../local/table.ts'
import { web } from '../../scripts/demo/apps/web.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { deployControlPlane } from '../../scripts/demo/control-plane.ts'
import { footprint, type PartMemory, total, workerMemory } from './lib/footprint.ts'
import { benchSettings } from './lib/region.ts'
import { bench, megabytes, progress, type Report, seconds } from './lib/report.ts'
import { type StartUp, StartUpWatch } from './lib/startup.ts'

/** MB for the whole region; docs/benchmarks.md explains the values. */
const TARGETS = { rest: 150, deployed: 2000, idle: 700 }

/** The ports on which the programs of platform and web first listen. */
const PORTS = { consul: 8501, web: 8080 }

/**
 * Seconds until idle Lambda workers have ended: twenty, plus some for those that a schedule has just woken.
 */
const IDLE_SECONDS = 28

interface Moment {
  name: string
  parts: PartMemory[]
  target?: number
}

/** Memory of each part of the local region while an app comes up, and how long each part takes to start. */
async function measure(): Promise<Report> {
  const settings = benchSettings()
  await reset(settings)
  try {
    const { record, took } = await up(settings)
    const at = async (name: string, target?: number): Promise<Moment> => ({
      name,
      parts: await footprint(settings.state),
      ...(target ? { target } : {}),
    })
    const moments = [await at('at rest', TARGETS.rest)]
    await deployControlPlane(settings)
    moments.push(await at('control plane'))
    const watch = new StartUpWatch(record, PORTS)
    const context = await openContext({ stage: 'local' }, {}, settings, progress)
    await bringUp(context, web.name)
    moments.push(await at(`${web.name} deployed`, TARGETS.deployed))
    const workers = await workerMemory(settings.state)
    const started = [...parts(took), ...(await watch.stop())]
    await sleep(IDLE_SECONDS * 1000)
    moments.push(await at('idle', TARGETS.idle))
    return report(moments, workers, started)
  } finally {
    await reset(settings)
  }
}

const parts = (took: Record<string, number>): StartUp[] =>
  Object.entries(took).map(([part, milliseconds]) => ({ part, milliseconds }))

function report(moments: Moment[], workers: number[], started: StartUp[]): Report {
  const over = moments.filter(({ parts, target }) => target !== undefined && total(parts) > target)
  const names = [...new Set(moments.flatMap(({ parts }) => parts.map(({ part }) => part)))]
  const cell = ({ parts }: Moment, name: string): string => {
    const found = parts.find(({ part }) => part === name)
    if (!found || found.processes === 0) return '-'
    return megabytes(found.megabytes) + (name === 'Lambda workers' ? ` (${found.processes})` : '')
  }
  const verdict =
    over.length === 0 ? 'within target' : `over target: ${over.map(({ name }) => name).join(', ')}`
  return {
    data: {
      moments,
      lambdaWorkersMegabytes: workers,
      startUp: started,
      targets: TARGETS,
      withinTarget: over.length === 0,
    },
    text: [
      table([
        ['memory (PSS)', ...moments.map(({ name }) => name)],
        ...names.map((name) => [name, ...moments.map((moment) => cell(moment, name))]),
        ['total', ...moments.map(({ parts }) => megabytes(total(parts)))],
        ['target', ...moments.map(({ target }) => (target ? megabytes(target) : ''))],
      ]),
      `each Lambda worker after the deploy: ${workers
        .map(Math.round)
        .toSorted((a, b) => a - b)
        .join(', ')} MB`,
      table([
        ['start-up', 'time'],
        ...started.map(({ part, milliseconds }) => [part, seconds(milliseconds)]),
      ]),
      verdict,
    ].join('\n\n'),
    withinTarget: over.length === 0,
  }
}

await bench(measure)
