import { readdir, readFile } from 'node:fs/promises'
import { NotFound } from '../../core/base/errors.ts'
import type { LocalRecord } from '../../local/record.ts'

/**
 * Kills a process of Kafka of the local region without warning.
 * @returns the broker's number
 * @throws NotFound when none runs
 */
export async function killBroker({ pids }: LocalRecord): Promise<number> {
  const all = await processes()
  const parents = new Map(all.map(({ pid, parent }) => [pid, parent]))
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === pids.region?.pid || isOurs(parents.get(pid)))
  for (const { pid, command } of all) {
    const number = /kafka\.Kafka .*\/broker-(\d+)\//.exec(command)?.[1]
    if (number === undefined || !isOurs(pid)) continue
    process.kill(pid, 'SIGKILL')
    return Number(number)
  }
  throw new NotFound('no broker runs')
}

async function processes(): Promise<{ pid: number; parent: number; command: string }[]> {
  const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger)
  const found = pids.map(async (pid) => {
    const [command, stat] = await Promise.all(
      ['cmdline', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    )
    // Field 4, counted from the bracket that closes the program's name.
    const parent = Number(stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return { pid, parent, command: (command ?? '').replaceAll('\0', ' ') }
  })
  return Promise.all(found)
}
