import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { readJson } from './json-file.ts'
import { isAlive, type ProcessRecord, terminate, withEnvironment } from './process.ts'

/**
 * A variable that only the supervisor sets: its value, the state folder, marks all processes of that region.
 */
export const MARK = 'NANOFLEET_SUPERVISED'

/**
 * Ends everything that a region left running: instances by their `process.json`; the region, the gateway,
 * Lambda workers and builds by the mark in their environment. `spare` lists processes that must keep running.
 * Returns the records of the ended processes.
 */
export async function reap(
  state: string,
  spare: ProcessRecord[],
  patienceMs: number,
): Promise<ProcessRecord[]> {
  const left = (await leftovers(state)).filter((one) => !spare.some((other) => other.pid === one.pid))
  await Promise.all(left.map((record) => terminate(record, patienceMs)))
  return left
}

/** The running processes of this region, each once. */
export async function leftovers(state: string): Promise<ProcessRecord[]> {
  // Builds start with their own environment; the folder they write images to marks them.
  const marked = await withEnvironment([
    `${MARK}=${state}`,
    `NANOFLEET_SNAPSHOTS=${join(state, 'snapshots')}`,
  ])
  const all = new Map<number, ProcessRecord>()
  for (const record of [...(await instances(state)), ...marked]) {
    if (record.pid !== process.pid) all.set(record.pid, record)
  }
  return [...all.values()]
}

async function instances(state: string): Promise<ProcessRecord[]> {
  const folder = join(state, 'instances')
  const alive: ProcessRecord[] = []
  for (const id of await list(folder)) {
    const written = await readJson<{ pid: number; startTime: string | number }>(
      join(folder, id, 'process.json'),
    )
    if (!written) continue
    const record = { pid: written.pid, startTime: String(written.startTime) }
    if (await isAlive(record)) alive.push(record)
  }
  return alive
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
