import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { processesOf } from './processes.ts'

/** A broker's process in the region. */
export interface Broker {
  number: number
  pid: number
}

/** @param state the region's folder */
export async function brokersIn(state: string): Promise<Broker[]> {
  const all = await processesOf(state)
  return all.flatMap(({ pid, command }) => {
    const number = /kafka\.Kafka .*\/broker-(\d+)\//.exec(command)?.[1]
    return number === undefined ? [] : [{ number: Number(number), pid }]
  })
}

/** Kills one without warning. @param choice from 0 up to 1 @returns its number */
export async function killBroker(state: string, choice: number): Promise<number> {
  const running = await brokersIn(state)
  const victim = running[Math.floor(choice * running.length)]
  if (!victim) throw new Error('no broker runs')
  process.kill(victim.pid, 'SIGKILL')
  return victim.number
}

/** Resident memory of each broker's process, in MB of a million bytes. */
export async function brokerMemory(state: string): Promise<Record<string, number>> {
  const found = (await brokersIn(state)).map(async ({ number, pid }) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1])
    return [`broker ${number}`, Math.round((kilobytes * 1024) / 1e6)] as const
  })
  return Object.fromEntries((await Promise.all(found)).toSorted())
}

/** Resolves when all these addresses, `host:port,…`, take connections. */
export async function untilBrokersAnswer(addresses: string): Promise<void> {
  for (const address of addresses.split(',')) {
    const [host = '', port = ''] = address.split(':')
    while (!(await answers(host, Number(port)))) await sleep(200)
  }
}

const answers = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false))
    socket.setTimeout(2000, () => socket.destroy())
    socket.once('connect', () => socket.destroy())
  })
