import { join } from 'node:path'
import { readJson } from './json-file.ts'
import { isHealthy } from './parts.ts'
import { isAlive } from './process.ts'
import { readRecord } from './record.ts'
import { type Restarts, readRestarts, told } from './restarts.ts'
import { askPrivately, type PrivateApi } from './root-key.ts'
import type { Served } from './served.ts'
import type { LocalSettings } from './settings.ts'
import { table } from './table.ts'

export interface LocalStatus {
  state: string
  running: boolean
  region?: { endpoint: string; healthy: boolean; pid: number | null }
  /** What died and was started again since `local up`. */
  restarts?: Restarts
  /** What the region found when it last started: what was cut short, and how that ended. */
  found?: string[]
  gateway?: { url: string; healthy: boolean; pid: number | null }
  vpcCidr?: string
  /** The load balancers' listeners and where they really are. */
  listeners: Served[]
  /** Counts by kind, as the region reports them; absent while it is down. */
  inventory?: Record<string, number>
}

/** What is running and where. Changes nothing and never waits longer than a few seconds. */
export async function status(settings: LocalSettings): Promise<LocalStatus> {
  const record = await readRecord(settings.state)
  if (!record) return { state: settings.state, running: false, listeners: [] }
  const { region, gateway } = record.pids
  const regionUp = region !== undefined && (await isAlive(region))
  const gatewayUp = gateway !== undefined && (await isAlive(gateway))
  const regionHealthy = regionUp && (await isHealthy(`${record.endpoint}/_nanofleet/health`))
  const gatewayHealthy = gatewayUp && (await isHealthy(record.gateway))
  const served = gatewayUp
    ? await readJson<{ listeners: Served[] }>(join(settings.state, 'gateway.json'))
    : undefined
  const inventory = regionHealthy ? await readInventory(record) : undefined
  const found = regionHealthy ? await readFound(record) : []
  return {
    state: settings.state,
    running: regionHealthy && gatewayHealthy,
    region: { endpoint: record.endpoint, healthy: regionHealthy, pid: regionUp ? region.pid : null },
    gateway: { url: record.gateway, healthy: gatewayHealthy, pid: gatewayUp ? gateway.pid : null },
    vpcCidr: record.vpcCidr,
    listeners: served?.listeners ?? [],
    restarts: await readRestarts(settings.state),
    found,
    ...(inventory && { inventory }),
  }
}

async function readInventory(region: PrivateApi): Promise<Record<string, number> | undefined> {
  const answer = await askPrivately(region, 'inventory', { signal: AbortSignal.timeout(5_000) })
  if (answer.ok) return (await answer.json()) as Record<string, number>
  await answer.arrayBuffer()
  return undefined
}

async function readFound(region: PrivateApi): Promise<string[]> {
  const answer = await askPrivately(region, 'found', { signal: AbortSignal.timeout(5_000) })
  return answer.ok ? ((await answer.json()) as string[]) : []
}

/** The status as text for people. */
export function formatStatus(status: LocalStatus): string {
  if (!status.region || !status.gateway) return 'The local region is down and has no state.'
  const state = (part: { healthy: boolean; pid: number | null }): string =>
    part.healthy ? `up (pid ${part.pid})` : part.pid === null ? 'down' : `not answering (pid ${part.pid})`
  const rows = [
    ['region', status.region.endpoint, state(status.region)],
    ['gateway', status.gateway.url, state(status.gateway)],
    ['VPC', status.vpcCidr ?? '', ''],
    ['state', status.state, ''],
    ...status.listeners.map((listener) => [
      listener.type === 'application' ? 'ALB' : 'NLB',
      `${listener.addresses.join(', ')}:${listener.boundPort ?? listener.port}`,
      listener.problem ?? `${listener.loadBalancer} ${listener.protocol}:${listener.port}`,
    ]),
    ...Object.entries(status.inventory ?? {}).map(([kind, count]) => [kind, String(count), '']),
  ]
  const notes = (['region', 'gateway'] as const).flatMap((part) => {
    const sentence = told(status.restarts?.[part])
    return sentence ? [`${part}: ${sentence}`] : []
  })
  if (status.found?.length) notes.push('found at its start:', ...status.found.map((each) => `  ${each}`))
  return [table(rows), ...notes].join('\n')
}
