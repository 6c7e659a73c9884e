import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ServiceFailure } from '../core/base/errors.ts'
import { MARK } from './orphans.ts'
import { claimAddress } from './ports.ts'
import { isAlive, type ProcessRecord, recordOf, terminate } from './process.ts'
import { rootKeyFile } from './root-key.ts'
import type { LocalSettings } from './settings.ts'

/** A part of the region, as a process in its own session: it outlives the command that starts it. */
export interface Part {
  name: string
  command: string
  args: string[]
  environment: Record<string, string>
  log: string
  /** Answers 200 when the part is ready. */
  health: string
}

export interface Place {
  port: number
  gatewayPort: number
  vpcCidr: string
}

/**
 * Milliseconds. The emulator answers in less than 1 s; on a busy machine or with a large state it takes
 * longer.
 */
const START_TIMEOUT_MS = 60_000

export function regionPart(settings: LocalSettings, place: Place): Part {
  return {
    name: 'emulator',
    command: settings.python,
    args: ['-m', 'region'],
    environment: {
      PYTHONPATH: join(settings.repository, 'local'),
      NANOFLEET_STATE: settings.state,
      NANOFLEET_PORT: String(place.port),
      NANOFLEET_REGION: settings.region,
      NANOFLEET_VPC_CIDR: place.vpcCidr,
      NANOFLEET_GATEWAY: `127.0.0.1:${place.gatewayPort}`,
      NANOFLEET_NODE: settings.node,
      // The region's guard starts the gateway again when it dies.
      NANOFLEET_GATEWAY_COMMAND: JSON.stringify([settings.node, ...gatewayPart(settings, place).args]),
      ...settings.tuning,
    },
    log: 'region.log',
    health: `http://127.0.0.1:${place.port}/_nanofleet/health`,
  }
}

export function gatewayPart(settings: LocalSettings, place: Place): Part {
  const endpoint = `http://127.0.0.1:${place.port}`
  const args = [
    '--endpoint',
    endpoint,
    '--port',
    String(place.gatewayPort),
    '--claim',
    claimAddress(place.vpcCidr),
  ]
  return {
    name: 'gateway',
    command: settings.node,
    args: [
      join(import.meta.dirname, 'gateway', `main${extname(import.meta.filename)}`),
      ...args,
      '--record',
      join(settings.state, 'gateway.json'),
      '--key',
      rootKeyFile(settings.state),
    ],
    environment: {},
    log: 'gateway.log',
    health: `http://127.0.0.1:${place.gatewayPort}/`,
  }
}

/** Starts the part and passes on its record before it is ready, so that a crash in between leaves a trace. */
export async function start(
  part: Part,
  settings: LocalSettings,
  started: (record: ProcessRecord) => Promise<void>,
): Promise<ProcessRecord> {
  const log = join(settings.state, part.log)
  const file = openSync(log, 'a', 0o600)
  const before = statSync(log).size
  const child = spawn(part.command, part.args, {
    cwd: settings.state,
    detached: true,
    stdio: ['ignore', file, file],
    env: { ...settings.environment, ...part.environment, [MARK]: settings.state },
  })
  closeSync(file)
  const failure = Promise.withResolvers<Error>()
  child.once('error', failure.resolve)
  child.unref()
  const record = child.pid === undefined ? undefined : await recordOf(child.pid)
  if (!record) {
    const cause = child.pid === undefined ? await failure.promise : undefined
    throw new ServiceFailure(problem(part, log, before, 'ended at once'), { cause })
  }
  await started(record)
  await untilHealthy(part, record, log, before)
  return record
}

async function untilHealthy(part: Part, record: ProcessRecord, log: string, before: number): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await isHealthy(part.health))) {
    if (!(await isAlive(record)))
      throw new ServiceFailure(problem(part, log, before, 'ended while it started'))
    if (Date.now() > deadline) {
      await terminate(record, 2_000)
      throw new ServiceFailure(
        problem(part, log, before, `did not answer within ${START_TIMEOUT_MS / 1000} s`),
      )
    }
    await sleep(50)
  }
}

/** Whether the address answers 2xx within a second. */
export async function isHealthy(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) })
    await answer.arrayBuffer()
    return answer.ok
  } catch {
    return false
  }
}

/** One sentence, then the part's own last lines. */
function problem(part: Part, log: string, before: number, what: string): string {
  const said = readFileSync(log).subarray(before).toString().trimEnd().split('\n').slice(-15)
  const lines = said.filter((line) => line !== '').map((line) => `  ${line}`)
  const last = lines.length > 0 ? `; its last lines:\n${lines.join('\n')}` : ''
  return `The ${part.name} of the local region ${what} (log: ${log})${last}`
}
