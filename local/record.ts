import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LockHeld, ServiceFailure } from '../core/base/errors.ts'
import { readJson } from './json-file.ts'
import { isAlive, type ProcessRecord, recordOf } from './process.ts'
import type { RootKey } from './root-key.ts'

/** `state.json`: how the next command, in this or another process, finds the region. */
export interface LocalRecord {
  endpoint: string
  /** The address of the public gateway, such as `http://localhost:8080`. */
  gateway: string
  vpcCidr: string
  region: string
  /** Root's key: the file is for its owner only. */
  credentials: RootKey
  pids: { region?: ProcessRecord; gateway?: ProcessRecord }
}

/** A region's record; undefined when the region was never started or has been reset. */
export async function readRecord(state: string): Promise<LocalRecord | undefined> {
  const record = await readJson<LocalRecord>(join(state, 'state.json'))
  if (!record?.pids.gateway) return record
  // The guard starts a gateway that died again: the gateway's own record knows better.
  const latest = await readJson<ProcessRecord>(join(state, 'gateway.json'))
  if (!latest || !(await isAlive(latest))) return record
  const gateway = { pid: latest.pid, startTime: latest.startTime }
  return { ...record, pids: { ...record.pids, gateway } }
}

export async function writeRecord(state: string, record: LocalRecord): Promise<void> {
  const file = join(state, 'state.json')
  await mkdir(state, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.tmp`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  await rename(`${file}.tmp`, file)
}

/**
 * Runs `work` while no other process starts or stops the same region, or does other work of its kind in that
 * folder.
 * @param patience milliseconds to wait for another one
 * @throws LockHeld after that time
 */
export async function exclusively<T>(state: string, work: () => Promise<T>, patience = 60_000): Promise<T> {
  await mkdir(state, { recursive: true })
  const file = join(state, 'supervisor.lock')
  await acquire(file, patience)
  try {
    return await work()
  } finally {
    await rm(file, { force: true })
  }
}

async function acquire(file: string, patience: number): Promise<void> {
  const deadline = Date.now() + patience
  for (;;) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(JSON.stringify(await recordOf(process.pid)))
      await handle.close()
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await holderOf(file)
    if (holder && !(await isAlive(holder))) {
      await rm(file, { force: true })
      continue
    }
    if (Date.now() > deadline) {
      throw new LockHeld(
        `${file}: process ${holder?.pid ?? '?'} is still at work in this folder; wait for it`,
      )
    }
    await sleep(100)
  }
}

/** Undefined while the holder is still writing the file. */
async function holderOf(file: string): Promise<ProcessRecord | undefined> {
  try {
    return await readJson<ProcessRecord>(file)
  } catch (error) {
    if (error instanceof ServiceFailure) return undefined
    throw error
  }
}
