import { readdir, readFile, readlink } from 'node:fs/promises'
import type { LocalRecord } from '../../local/record.ts'

/** A process that works in a region's state folder or was given it. */
interface Marked {
  pid: number
  parent: number
  command: string
}

/** Every process of a region, no matter who started it. */
export async function processesOf(state: string): Promise<Marked[]> {
  const found: Marked[] = []
  for (const name of await readdir('/proc')) {
    const pid = Number(name)
    if (!Number.isInteger(pid) || pid === process.pid) continue
    const [command, environment, folder, stat] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8').catch(gone),
      readFile(`/proc/${pid}/environ`, 'utf8').catch(gone),
      readlink(`/proc/${pid}/cwd`).catch(gone),
      readFile(`/proc/${pid}/stat`, 'utf8').catch(gone),
    ])
    if (![command, environment, folder].some((text) => text.includes(state))) continue
    // Field 4, counted from the bracket that closes the program's name.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    found.push({ pid, parent, command: command.replaceAll('\0', ' ').trim() })
  }
  return found
}

/** Processes of a running region that neither the region nor the gateway started. */
export async function orphansOf(record: LocalRecord, state: string): Promise<Marked[]> {
  const all = await processesOf(state)
  const roots = new Set([record.pids.region?.pid, record.pids.gateway?.pid])
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const belongs = (pid: number | undefined): boolean =>
    pid !== undefined && (roots.has(pid) || belongs(parents.get(pid)))
  return all.filter(({ pid }) => !belongs(pid))
}

/** Lets a process go on that was stopped, if it is still there. */
export function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A process may end while we look at it, and we cannot look into other users' processes. */
function gone(error: NodeJS.ErrnoException): string {
  if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(error.code ?? '')) return ''
  throw error
}
