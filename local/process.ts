import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A process that we started. A pid alone is not enough: the system reuses it later. */
export interface ProcessRecord {
  pid: number
  /** Field 22 of `/proc/<pid>/stat`: clock ticks after boot at which the process started. */
  startTime: string
}

/** The start time of a running process; undefined when there is none or only its exit code is left. */
export async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    // Field 2, the program's name in brackets, may contain spaces: count from the closing bracket.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    // A killed program's first thread is a zombie while the others are still ending and hold its sockets
    // (field 20).
    const ended = fields[0] === 'Z' && Number(fields[17]) <= 1
    return ended ? undefined : fields[19]
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Whether exactly this process is still running. */
export async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await startTime(record.pid)) === record.startTime
}

/** The record of a process that was just started; undefined when it has already ended. */
export async function recordOf(pid: number): Promise<ProcessRecord | undefined> {
  const started = await startTime(pid)
  return started === undefined ? undefined : { pid, startTime: started }
}

/**
 * Ends a process with SIGTERM, and after `patienceMs` with SIGKILL for its whole process group. Does nothing
 * when the pid belongs to another process by now. Returns true when it had to be killed.
 */
export async function terminate(record: ProcessRecord, patienceMs: number): Promise<boolean> {
  if (!(await isAlive(record))) return false
  signal(record.pid, 'SIGTERM')
  const deadline = Date.now() + patienceMs
  while (Date.now() < deadline) {
    if (!(await isAlive(record))) return false
    await sleep(50)
  }
  if (!(await isAlive(record))) return false
  signal(-record.pid, 'SIGKILL')
  signal(record.pid, 'SIGKILL')
  while (await isAlive(record)) await sleep(20)
  return true
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Running processes whose environment contains one of `marks` (`NAME=value`): everything that one region
 * started.
 */
export async function withEnvironment(marks: string[]): Promise<ProcessRecord[]> {
  const found: ProcessRecord[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const environment = await environmentOf(name)
    if (!environment?.split('\0').some((entry) => marks.includes(entry))) continue
    const record = await recordOf(Number(name))
    if (record) found.push(record)
  }
  return found
}

async function environmentOf(pid: string): Promise<string | undefined> {
  try {
    return await readFile(`/proc/${pid}/environ`, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined
    throw error
  }
}
