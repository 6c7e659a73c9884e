import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '../../../../apps/boutique/lib/services.ts'

const FIRST_PORT = 19_020
const NAMES = Object.keys(SERVICES) as ServiceName[]

/** Carts and orders need neither Redis nor a table here. */
const IN_MEMORY = { REDIS_ADDR: '', ORDERS_TABLE: '' }

/** `host:port` of a service that is not ours, from BOUTIQUE_<SERVICE>_ADDR. */
export const given = (program: ServiceName): string | undefined =>
  process.env[`BOUTIQUE_${program.toUpperCase()}_ADDR`] || undefined

/** Where the suite finds a service: the given one, or else the one that it starts. */
export const addressOf = (program: ServiceName): string =>
  given(program) ?? `127.0.0.1:${FIRST_PORT + NAMES.indexOf(program)}`

/** Our own services as processes, for those without a given address. */
export class Programs {
  readonly #running: ChildProcess[] = []

  /** Resolves when all of them listen. */
  async start(programs: Iterable<ServiceName>): Promise<void> {
    await Promise.all(
      [...programs].filter((program) => given(program) === undefined).map((one) => this.#start(one)),
    )
  }

  async stop(): Promise<void> {
    const ended = this.#running.map((child) => (child.exitCode === null ? once(child, 'exit') : undefined))
    for (const child of this.#running) child.kill('SIGKILL')
    await Promise.all(ended)
  }

  async #start(program: ServiceName): Promise<void> {
    const peers = NAMES.map((name) => [SERVICES[name].variable, addressOf(name)])
    const port = addressOf(program).split(':')[1]
    const env = { ...IN_MEMORY, ...Object.fromEntries(peers), PATH: process.env.PATH, PORT: port }
    const child = spawn(process.execPath, [`apps/boutique/${program}/main.ts`], { env, stdio: 'pipe' })
    this.#running.push(child)
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    }
    for (const end = Date.now() + 20_000; !output.includes('listens on'); await pause(20)) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`${program} does not listen: ${output}`)
    }
  }
}
