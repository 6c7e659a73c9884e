import { readRecord } from '../../../local/record.ts'
import { type LocalInstance, runningInstances } from '../../../scripts/demo/local-instances.ts'
import { type Process, pssOf, treeOf } from './processes.ts'

/** One part of a running region and its memory in MB (sum of PSS over its processes). */
export interface PartMemory {
  part: string
  processes: number
  megabytes: number
}

/**
 * The memory of every part of the region: the emulator with its guard, the gateway, Lambda workers and each
 * instance.
 */
export async function footprint(state: string): Promise<PartMemory[]> {
  const parts = [...(await processesByPart(state))]
  return Promise.all(parts.map(async ([part, processes]) => ({ part, ...(await memoryOf(processes)) })))
}

/**
 * The processes of every part of the region; an instance is named by its service and id. Empty while it is
 * down.
 */
export async function processesByPart(state: string): Promise<Map<string, Process[]>> {
  const record = await readRecord(state)
  const { region, gateway } = record?.pids ?? {}
  if (!record || !region || !gateway) return new Map()
  const instances = await runningInstances(record)
  const tree = await treeOf(region.pid)
  const parts = new Map<string, Process[]>([
    ['region (guard and emulator)', []],
    ['gateway', await treeOf(gateway.pid)],
    ['Lambda workers', []],
  ])
  // One that the guard started again is below it.
  const doors = new Set(parts.get('gateway')?.map(({ pid }) => pid))
  for (const process of tree.filter(({ pid }) => !doors.has(pid))) {
    const part = partOf(process, tree, instances, region.pid)
    parts.set(part, [...(parts.get(part) ?? []), process])
  }
  return parts
}

/** The memory in MB of each live Lambda worker. */
export async function workerMemory(state: string): Promise<number[]> {
  const record = await readRecord(state)
  if (!record?.pids.region) return []
  const workers = (await treeOf(record.pids.region.pid)).filter(isWorker)
  return Promise.all(workers.map(({ pid }) => pssOf(pid)))
}

export const total = (parts: PartMemory[]): number => parts.reduce((sum, part) => sum + part.megabytes, 0)

/**
 * An instance's processes include those that it started; what is neither worker nor instance belongs to the
 * emulator.
 */
function partOf(process: Process, tree: Process[], instances: LocalInstance[], root: number): string {
  let current: Process | undefined = process
  while (current && current.pid !== root) {
    const { pid, parent }: Process = current
    const instance = instances.find((one) => one.pid === pid)
    if (instance) return `${instance.tags['nanofleet:service']} ${instance.instanceId}`
    if (isWorker(current)) return 'Lambda workers'
    current = tree.find((one) => one.pid === parent)
  }
  return 'region (guard and emulator)'
}

/** The emulator runs a function with its own script in its temporary folder. */
const isWorker = ({ command }: Process): boolean => /^\S*node \S*worker\S*\.[cm]?js/.test(command)

async function memoryOf(processes: Process[]): Promise<{ processes: number; megabytes: number }> {
  const sizes = await Promise.all(processes.map(({ pid }) => pssOf(pid)))
  return { processes: processes.length, megabytes: sizes.reduce((sum, size) => sum + size, 0) }
}
