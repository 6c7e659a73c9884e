import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Service } from '../../../apps/photos/lib/ports.ts'
import { somePort } from '../../live/port.ts'

/** A service of the photos app as a local process. */
export interface AloneService {
  url: string
  process: ChildProcess
  /** Its output so far. */
  said(): string
}

/**
 * Services of the photos app as a developer starts them by hand, each on a free port, in their own folder.
 */
export class Alone {
  readonly folder: string
  readonly #running: ChildProcess[] = []
  #store: string | undefined

  constructor(folder: string) {
    this.folder = folder
  }

  /** Starts the key-value store and these services, one after the other. */
  static async start(...services: Service[]) {
    const alone = new Alone(await mkdtemp(join(tmpdir(), 'photos-')))
    const started: Partial<Record<Service, AloneService>> = {}
    for (const service of ['keyvaluestore', ...services] as Service[]) {
      started[service] = await alone.start(service)
    }
    return { alone, url: (service: Service) => started[service]?.url ?? '', started }
  }

  /** Starts another one; returns when it listens. */
  async start(service: Service, environment: Record<string, string> = {}): Promise<AloneService> {
    const port = await somePort()
    const main = resolve('apps', 'photos', service, 'main.ts')
    const child = spawn(process.execPath, [main, ...(this.#store ? [this.#store] : [])], {
      cwd: this.folder,
      env: { PATH: process.env.PATH ?? '', PORT: String(port), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#running.push(child)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        said += chunk
      })
    }
    while (!said.includes(`is listening on ${port}`)) {
      if (child.exitCode !== null) throw new Error(`${service} ended at once: ${said}`)
      await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])
    }
    if (service === 'keyvaluestore') this.#store = `127.0.0.1:${port}`
    return { url: `http://127.0.0.1:${port}`, process: child, said: () => said }
  }

  async stop(): Promise<void> {
    for (const child of this.#running) child.kill('SIGKILL')
    await rm(this.folder, { recursive: true, force: true })
  }
}
