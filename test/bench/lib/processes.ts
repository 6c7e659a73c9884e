import { readdir, readFile } from 'node:fs/promises'

/** Clock ticks per second in `/proc/<pid>/stat`: 100 on every Linux that Node runs on. */
const TICKS = 100

/** A process as `/proc` shows it. */
export interface Process {
  pid: number
  parent: number
  command: string
  /** Seconds of processor time, including its ended children. */
  cpuSeconds: number
  /** The same without its children. */
  ownSeconds: number
}

/** A process with everything that it started, itself first. */
export async function treeOf(root: number): Promise<Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const all = (await Promise.all(names.map(read))).filter((process) => process !== undefined)
  const found = all.filter(({ pid }) => pid === root)
  for (const { pid } of found) found.push(...all.filter(({ parent }) => parent === pid))
  return found
}

/** Seconds of processor time that a process and everything it started have used so far. */
export async function cpuOf(root: number): Promise<number> {
  return (await treeOf(root)).reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)
}

/**
 * Proportional set size in MB: private pages plus its share of pages shared with other processes, so that
 * sums over processes count nothing twice (kernel documentation, "The /proc Filesystem", smaps_rollup). 0 for
 * an ended process.
 */
export async function pssOf(pid: number): Promise<number> {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(await readOrNothing(`/proc/${pid}/smaps_rollup`))?.[1]
  return (Number(kilobytes ?? 0) * 1024) / 1e6
}

async function read(name: string): Promise<Process | undefined> {
  const stat = await readOrNothing(`/proc/${name}/stat`)
  if (stat === '') return undefined
  // Counted from the bracket that closes the program's name: field 3 comes right after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // Fields 14 to 17 are the times in user and kernel mode, then those of its ended children.
  const ticks = (count: number): number =>
    fields.slice(11, 11 + count).reduce((sum, field) => sum + Number(field), 0)
  const command = (await readOrNothing(`/proc/${name}/cmdline`)).replaceAll('\0', ' ').trim()
  return {
    pid: Number(name),
    parent: Number(fields[1]),
    command,
    cpuSeconds: ticks(4) / TICKS,
    ownSeconds: ticks(2) / TICKS,
  }
}

/** A process may end while we look at it. */
async function readOrNothing(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return ''
    throw error
  }
}
