import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readRecord } from '../../../local/record.ts'
import { type Inventory, readInventory } from '../../../scripts/demo/inventory.ts'
import { processesByPart } from './footprint.ts'
import { pssOf } from './processes.ts'

/** What a part of the region has: its processes, their memory (PSS) and their open descriptors. */
export interface PartHolding {
  processes: number
  megabytes: number
  descriptors: number
}

/** All that a region holds at a moment. */
export interface Holdings {
  /** By service with all its instances, or by part of the region. */
  parts: Record<string, PartHolding>
  /** Megabytes on disk by folder of the state. */
  disk: Record<string, number>
  records: Inventory
}

/** Looks at a region without changing it. */
export async function holdings(state: string): Promise<Holdings> {
  const record = await readRecord(state)
  return {
    parts: await partHoldings(state),
    disk: await diskByFolder(state),
    records: record ? await readInventory(record) : {},
  }
}

async function partHoldings(state: string): Promise<Record<string, PartHolding>> {
  const parts: Record<string, PartHolding> = {}
  for (const [name, processes] of await processesByPart(state)) {
    const kind = name.replace(/ i-\w+$/, '')
    const part = parts[kind] ?? { processes: 0, megabytes: 0, descriptors: 0 }
    parts[kind] = part
    for (const { pid } of processes) {
      part.processes += 1
      part.megabytes += await pssOf(pid)
      part.descriptors += await descriptorsOf(pid)
    }
  }
  return parts
}

/** 0 for a process that has ended. */
const descriptorsOf = async (pid: number): Promise<number> =>
  (await readdir(`/proc/${pid}/fd`).catch(() => [])).length

async function diskByFolder(state: string): Promise<Record<string, number>> {
  const entries = await readdir(state, { withFileTypes: true })
  const sizes = entries.map(async (entry): Promise<[string, number]> => {
    const path = join(state, entry.name)
    return [entry.name, (entry.isDirectory() ? await sizeOf(path) : (await lstat(path)).size) / 1e6]
  })
  return Object.fromEntries(await Promise.all(sizes))
}

/** Bytes of all files below; what goes away meanwhile counts nothing. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sizeOf(path)
    return (await lstat(path).catch(() => ({ size: 0 }))).size
  })
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
}
