import { processesByPart } from './footprint.ts'
import { treeOf } from './processes.ts'

/** Seconds of processor time by kind of part: a service with all its instances, or a part of the region. */
export type ProcessorTime = Record<string, number>

/** The part that sends the load: this process and its children that have ended. */
const LOAD = 'this script (load)'

/**
 * Records how much processor time every part of a region and this process, including its ended children, have
 * used so far.
 * @returns a function that returns what was used since then; what a process used before it ended is not
 * counted
 */
export async function processorTime(state: string): Promise<() => Promise<ProcessorTime>> {
  const before = new Map((await read(state)).map(({ pid, seconds }) => [pid, seconds]))
  const began = await ownSeconds()
  return async () => {
    const used: ProcessorTime = {}
    for (const { kind, pid, seconds } of await read(state))
      used[kind] = (used[kind] ?? 0) + seconds - (before.get(pid) ?? 0)
    return { ...used, [LOAD]: (await ownSeconds()) - began }
  }
}

const ownSeconds = async (): Promise<number> => (await treeOf(process.pid))[0]?.cpuSeconds ?? 0

/** Every process of the region, with the kind of part it belongs to. */
async function read(state: string): Promise<{ kind: string; pid: number; seconds: number }[]> {
  return [...(await processesByPart(state))].flatMap(([part, processes]) =>
    processes.map(({ pid, ownSeconds }) => ({ kind: part.replace(/ i-\w+$/, ''), pid, seconds: ownSeconds })),
  )
}
