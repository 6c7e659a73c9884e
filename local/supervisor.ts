import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../core/base/errors.ts'
import { leftovers, reap } from './orphans.ts'
import { gatewayPart, isHealthy, type Part, type Place, regionPart, start } from './parts.ts'
import { freePort, freeRange } from './ports.ts'
import { isAlive, type ProcessRecord, terminate } from './process.ts'
import { exclusively, type LocalRecord, readRecord, writeRecord } from './record.ts'
import { forgetRestarts } from './restarts.ts'
import { rootKey } from './root-key.ts'
import { type LocalSettings, requireInstalled } from './settings.ts'

/** Milliseconds: the region saves its state and stops its instances within 20 s. */
const PATIENCE_MS = 25_000
const REAP_PATIENCE_MS = 3_000

export interface Up {
  record: LocalRecord
  /** The parts that this call had to start: none when everything was up. */
  started: ('region' | 'gateway')[]
  /** How many milliseconds each started part took to answer. */
  took: { region?: number; gateway?: number }
  /** Processes left over from a crash, which were ended first. */
  reaped: number
}

/**
 * Starts what is not running: everything, or after a crash what is missing. Returns when the region answers.
 * Throws ServiceFailure with the last log lines when a part does not start.
 */
export function up(settings: LocalSettings): Promise<Up> {
  requireInstalled(settings)
  return exclusively(settings.state, async () => {
    const before = await readRecord(settings.state)
    const region = await running(before?.pids.region, before && `${before.endpoint}/_nanofleet/health`)
    const gateway = await running(before?.pids.gateway, before?.gateway)
    if (before && region && gateway) return { record: before, started: [], took: {}, reaped: 0 }
    return repair(settings, before, region, gateway)
  })
}

async function repair(
  settings: LocalSettings,
  before: LocalRecord | undefined,
  region: ProcessRecord | undefined,
  gateway: ProcessRecord | undefined,
): Promise<Up> {
  // A live region keeps its children; a dead one leaves instances and workers behind.
  const reaped = region ? [] : await reap(settings.state, gateway ? [gateway] : [], REAP_PATIENCE_MS)
  const place = await choosePlace(settings, before, region, gateway)
  const record: LocalRecord = {
    endpoint: `http://127.0.0.1:${place.port}`,
    gateway: `http://localhost:${place.gatewayPort}`,
    vpcCidr: place.vpcCidr,
    region: settings.region,
    credentials: await rootKey(settings.state),
    pids: { ...(region && { region }), ...(gateway && { gateway }) },
  }
  await mkdir(settings.state, { recursive: true, mode: 0o700 })
  const took: Up['took'] = {}
  const startPart = async (name: 'region' | 'gateway', part: Part): Promise<void> => {
    const began = performance.now()
    await start(part, settings, (pid) => noted(settings, record, name, pid))
    took[name] = performance.now() - began
  }
  if (gateway && before?.endpoint !== record.endpoint) await terminate(gateway, REAP_PATIENCE_MS)
  // The gateway comes first: it holds the claim on the addresses, and waits for the region by itself.
  if (!gateway || before?.endpoint !== record.endpoint)
    await startPart('gateway', gatewayPart(settings, place))
  if (!region) await forgetRestarts(settings.state)
  if (!region) await startPart('region', regionPart(settings, place))
  return { record, started: Object.keys(took) as Up['started'], took, reaped: reaped.length }
}

async function noted(
  settings: LocalSettings,
  record: LocalRecord,
  part: 'region' | 'gateway',
  pid: ProcessRecord,
): Promise<void> {
  record.pids[part] = pid
  await writeRecord(settings.state, record)
}

/** The ports and addresses of last time if they are free, so that bookmarked URLs stay valid. */
async function choosePlace(
  settings: LocalSettings,
  before: LocalRecord | undefined,
  region: ProcessRecord | undefined,
  gateway: ProcessRecord | undefined,
): Promise<Place> {
  const port = before ? portOf(before.endpoint) : settings.port
  const gatewayPort = before ? portOf(before.gateway) : settings.gatewayPort
  const vpcCidr = before?.vpcCidr ?? settings.vpcCidr
  const movable = !existsSync(join(settings.state, 'emulator'))
  return {
    port: region ? port : await freePort(port),
    gatewayPort: gateway ? gatewayPort : await freePort(gatewayPort),
    vpcCidr: gateway ? vpcCidr : await freeRange(vpcCidr, movable && !region),
  }
}

export interface Down {
  /** False when nothing of this region was running. */
  wasUp: boolean
  /** Processes that had to be killed. */
  reaped: number
}

/** Stops everything and keeps the state. Throws ServiceFailure when one of our processes is still running. */
export function down(settings: LocalSettings): Promise<Down> {
  return exclusively(settings.state, () => stop(settings))
}

/** Stops everything and removes the state: the next start is a fresh region. */
export function reset(settings: LocalSettings): Promise<Down> {
  return exclusively(settings.state, async () => {
    const stopped = await stop(settings)
    await rm(settings.state, { recursive: true, force: true })
    return stopped
  })
}

async function stop(settings: LocalSettings): Promise<Down> {
  const record = await readRecord(settings.state)
  const parts = [record?.pids.region, record?.pids.gateway].filter((part) => part !== undefined)
  const alive = await Promise.all(parts.map(isAlive))
  await Promise.all(parts.map((part) => terminate(part, PATIENCE_MS)))
  const reaped = await reap(settings.state, [], REAP_PATIENCE_MS)
  if (record) await writeRecord(settings.state, { ...record, pids: {} })
  const left = await leftovers(settings.state)
  if (left.length > 0) {
    const pids = left.map(({ pid }) => pid).join(', ')
    throw new ServiceFailure(
      `${settings.state}: processes ${pids} of the local region did not end; end them by hand`,
    )
  }
  return { wasUp: alive.includes(true) || reaped.length > 0, reaped: reaped.length }
}

/**
 * The part, if exactly this process is running and answers. One that hangs is ended, so that it can be
 * replaced.
 */
async function running(
  part: ProcessRecord | undefined,
  health: string | undefined,
): Promise<ProcessRecord | undefined> {
  if (!part || !health || !(await isAlive(part))) return undefined
  // Its guard may be starting it again at this moment.
  for (let attempt = 0; attempt < 10 && (await isAlive(part)); attempt += 1) {
    if (await isHealthy(health)) return part
    await sleep(500)
  }
  await terminate(part, REAP_PATIENCE_MS)
  return undefined
}

const portOf = (url: string): number => Number(new URL(url).port)
