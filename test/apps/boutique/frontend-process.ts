import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { SERVICES, type ServiceName } from '../../../apps/boutique/lib/services.ts'

/** One of the shop's programs as a process. */
export interface Program {
  address: string
  process: ChildProcess
  output(): string
  stop(): Promise<void>
}

/**
 * Starts a service of the shop on a free port of this machine.
 * @param addresses where the others are
 * @returns the service, once it listens
 */
export async function startProgram(
  service: ServiceName,
  addresses: (service: ServiceName) => string,
  port?: number,
): Promise<Program> {
  const own = port ?? (await freePort())
  const peers = (Object.keys(SERVICES) as ServiceName[]).map((name) => [
    SERVICES[name].variable,
    addresses(name),
  ])
  const env = {
    ...Object.fromEntries(peers),
    PATH: process.env.PATH,
    PORT: String(own),
    ORDERS_TABLE: '',
    REDIS_ADDR: '',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1',
  }
  const child = spawn(process.execPath, [`apps/boutique/${service}/main.ts`], { env, stdio: 'pipe' })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  for (const end = Date.now() + 30_000; !output.includes('listens on'); await pause(20)) {
    if (child.exitCode !== null || Date.now() > end) {
      child.kill('SIGKILL')
      throw new Error(`${service} does not listen: ${output}`)
    }
  }
  return {
    address: `127.0.0.1:${own}`,
    process: child,
    output: () => output,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/**
 * Below the ports that the system uses for outgoing connections, one of which would otherwise take ours now
 * and then.
 */
const FIRST_PORT = 19_200
const PORTS = 100

/** Test files run in parallel: each one starts somewhere else. */
let turn = (process.pid * 13) % PORTS

/**
 * A free port on this machine, a different one each time.
 * @throws Error when all hundred are in use
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < PORTS; tries += 1) {
    turn = (turn + 1) % PORTS
    if (await isFree(FIRST_PORT + turn)) return FIRST_PORT + turn
  }
  throw new Error(`no port from ${FIRST_PORT} to ${FIRST_PORT + PORTS - 1} is free`)
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port)
  try {
    await once(probe, 'listening')
    return true
  } catch {
    return false
  } finally {
    probe.close()
  }
}
