import { join } from 'node:path'
import { type Context, openContext } from '../../cli/context.ts'
import { ServiceFailure } from '../../core/base/errors.ts'
import { readJson } from '../../local/json-file.ts'
import { recordOf } from '../../local/process.ts'
import type { LocalRecord } from '../../local/record.ts'
import { reset, up } from '../../local/supervisor.ts'
import { deployControlPlane } from '../../scripts/demo/control-plane.ts'
import { type Inventory, readInventory } from '../../scripts/demo/inventory.ts'
import { writeJson } from './files.ts'
import { liveSettings } from './settings.ts'
import { runToEnd } from './workflows.ts'

/** What is recorded about the stage: which run created it, and what existed before the first app. */
interface StageRecord {
  run: string
  inventory: Inventory
}

const recordFile = (): string => join(liveSettings().state, 'stage.json')

/**
 * The stage `local` in the tests' own region, as `serverless deploy` creates it: fresh in every test run, and
 * the same one for all files of a run. What an earlier test killed is started again.
 */
export async function liveStage(): Promise<Context> {
  const run = await thisRun()
  const known = await readJson<StageRecord>(recordFile())
  if (known?.run === run) {
    await up(liveSettings())
    return openLive()
  }
  await reset(liveSettings())
  const { record } = await up(liveSettings())
  await deployControlPlane(liveSettings())
  await writeJson(recordFile(), { run, inventory: await readInventory(record) })
  return openLive()
}

/** The stage with platform and web deployed. */
export async function withWeb(): Promise<Context> {
  const context = await liveStage()
  const deployed = await context.releases().deployedApps()
  if (!deployed.includes('web')) await runToEnd(context, 'deploy', { app: 'web' }, 180)
  return context
}

/** The counts of everything before the stage's first app. */
export async function inventoryBefore(): Promise<Inventory> {
  const known = await readJson<StageRecord>(recordFile())
  if (!known) throw new ServiceFailure(`${recordFile()} is missing: call liveStage first`)
  return known.inventory
}

/** The region behind a context. */
export function regionOf(context: Context): LocalRecord {
  if (!context.local) throw new ServiceFailure('the stage is not in a local region')
  return context.local
}

/** For clients that the CLI does not need. */
export function clientSettings(context: Context) {
  const { endpoint, region, credentials } = regionOf(context)
  return { endpoint, region, credentials }
}

/** A context for the stage as it is now; after a restart of the region, with its new processes. */
const openLive = (): Promise<Context> => openContext({ stage: 'local' }, process.env, liveSettings())

/** All test files of a run share one process, since they run in band. */
async function thisRun(): Promise<string> {
  const record = await recordOf(process.pid)
  return `${record?.pid} ${record?.startTime}`
}
