import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordOf } from '../../../local/process.ts'
import type { PrivateApi } from '../../../local/root-key.ts'
import { type LocalInstance, runningInstances } from '../../../scripts/demo/local-instances.ts'

/** The time from the start of an instance's process to its first accepted connection. */
export interface StartUp {
  part: string
  milliseconds: number
}

/** Watches a region from outside and records how long each new instance's program takes to listen. */
export class StartUpWatch {
  readonly #region: PrivateApi
  /** The port on which an instance of a service first listens. */
  readonly #ports: Record<string, number>
  readonly #seen = new Set<string>()
  readonly #pending: Promise<void>[] = []
  #stopped = false
  readonly #loop: Promise<void>
  readonly found: StartUp[] = []

  constructor(region: PrivateApi, ports: Record<string, number>) {
    this.#region = region
    this.#ports = ports
    this.#loop = this.#watch()
  }

  async stop(): Promise<StartUp[]> {
    this.#stopped = true
    await this.#loop
    await Promise.all(this.#pending)
    return this.found
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      for (const instance of await runningInstances(this.#region)) {
        if (this.#seen.has(instance.instanceId)) continue
        this.#seen.add(instance.instanceId)
        this.#pending.push(this.#time(instance))
      }
      await sleep(50)
    }
  }

  async #time({ instanceId, pid, privateIp, tags }: LocalInstance): Promise<void> {
    const service = tags['nanofleet:service'] ?? ''
    const port = this.#ports[service]
    if (port === undefined || pid === null) return
    const started = await startedAt(pid)
    while (!(await accepts(privateIp, port))) {
      if (Date.now() - started > 60_000) return
      await sleep(20)
    }
    this.found.push({ part: `${service} ${instanceId}`, milliseconds: Date.now() - started })
  }
}

/** When a process started, in Date.now()'s time; the kernel counts in steps of 10 ms. */
async function startedAt(pid: number): Promise<number> {
  const uptime = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0])
  const ticks = Number((await recordOf(pid))?.startTime ?? uptime * 100)
  return Date.now() - uptime * 1000 + ticks * 10
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const answer = (accepted: boolean) => () => {
      socket.destroy()
      resolve(accepted)
    }
    socket.once('connect', answer(true)).once('error', answer(false)).setTimeout(1000, answer(false))
  })
}
