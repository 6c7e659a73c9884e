import type { Context } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { table } from '../../local/table.ts'
import { bringUp } from '../../scripts/demo/bring-up.ts'
import { liveAccess } from '../live/consul-api.ts'
import { type KeptState, keepState } from '../live/kept-state.ts'
import { serverVersions } from '../live/names.ts'
import { changeConsul } from '../live/other-consul.ts'
import { PlatformWatch, untilOneCluster, type Watched } from '../live/platform.ts'
import { pushChanged, pushOwn } from '../live/source.ts'
import { untilWhole } from '../live/web.ts'
import { ended, runToEnd, start } from '../live/workflows.ts'
import { onFreshStage } from './lib/region.ts'
import { bench, progress, type Report, seconds } from './lib/report.ts'

/** Seconds for a deployment that compiles all of Consul first. */
const COMPILING = 1800

interface Step extends Watched {
  from: string
  to: string
  milliseconds: number
}

/**
 * Moves a cluster from version to version by deployments, the last time to this checkout's: DNS is asked all
 * the time, and a key, a policy and a token made by hand must stay. A step that is too far must be refused.
 */
async function measure({ versions }: { versions: string }): Promise<Report> {
  return onFreshStage(async (context) => {
    const [first = '', ...others] = versions.split(',')
    await pushVersion(context, first)
    progress.note(`platform with Consul ${first}, and web`)
    await runToEnd(context, 'deploy', { app: 'platform' }, COMPILING)
    await bringUp(context, 'web')
    await untilWhole(context, 2, 60)
    const kept = await keepState(context)
    const refusal = await tooFar(context)
    const steps: Step[] = []
    for (const version of [...others, '']) {
      await pushVersion(context, version)
      steps.push(await step(context, kept))
    }
    return report(steps, refusal)
  })
}

const pushVersion = (context: Context, version: string): Promise<unknown> =>
  version === ''
    ? pushOwn(context, 'platform')
    : pushChanged(context, 'platform', async (root) => void (await changeConsul(root, version)))

/** What a deployment of this checkout's version says right away; empty if it is no step too far. */
async function tooFar(context: Context): Promise<string> {
  await pushOwn(context, 'platform')
  const run = await start(context, 'deploy', { app: 'platform', dryRun: true })
  const { status, cause = '' } = await ended(context, run, COMPILING)
  return status === 'SUCCEEDED' ? '' : cause
}

async function step(context: Context, kept: KeptState): Promise<Step> {
  const [from, before] = [await version(context), await kept.read()]
  const watch = new PlatformWatch(context, 'web')
  const run = await runToEnd(context, 'deploy', { app: 'platform' }, COMPILING)
  const to = await version(context)
  await untilWhole(context, 2, 60)
  const seen = await watch.stop()
  if ((await kept.read()) !== before) throw new ServiceFailure(`${from} to ${to}: state was lost`)
  progress.note(`Consul ${from} to ${to}: longest gap in DNS ${seen.longestGap} ms`)
  return { from, to, milliseconds: Number(run.endedAt) - Number(run.startedAt), ...seen }
}

/** The one version that all servers report. */
async function version(context: Context): Promise<string> {
  const [first] = await untilOneCluster(context, 3, 60)
  if (!first) throw new ServiceFailure('no Consul server runs')
  const found = [...new Set(await serverVersions(first, await liveAccess(context)))]
  if (found.length !== 1) throw new ServiceFailure(`the servers run Consul ${found.join(' and ')}`)
  return found.join()
}

function report(steps: Step[], refusal: string): Report {
  return {
    data: { steps, refusal },
    text: [
      table([
        ['step', 'deployment', 'longest gap in DNS', 'questions', 'fewest servers', 'two leaders'],
        ...steps.map(({ from, to, milliseconds, longestGap, samples, fewest, splits }) => [
          `${from} → ${to}`,
          seconds(milliseconds),
          `${longestGap} ms`,
          String(samples),
          String(fewest),
          splits.length === 0 ? 'never' : `${splits.length} times`,
        ]),
      ]),
      `directly: ${refusal || 'not refused'}`,
    ].join('\n\n'),
    withinTarget: steps.every(({ longestGap, splits }) => longestGap < 2000 && splits.length === 0),
  }
}

await bench(measure, { versions: '1.19.2,1.21.0' })
