import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsulServer } from '../../core/catalog.ts'
import { readSettings } from '../../local/settings.ts'

/** Real Consul servers on loopback addresses of their own, stopped and wiped by `stop`. */
export interface ConsulCluster {
  servers: ConsulServer[]
  /** The folder in which the server's agent keeps what was registered with it. */
  data(server: ConsulServer): string
  /** SIGKILL: the server dies without a word and its data stays. */
  kill(server: ConsulServer): Promise<void>
  /** Starts a killed server again on its data. */
  revive(server: ConsulServer): Promise<void>
  stop(): Promise<void>
}

let compiled: string | undefined

/**
 * Path of a Consul program: `NANOFLEET_CONSUL`, else the platform's own, which with arguments is Consul's command line.
 * It is compiled as an image build does, so what set-up has kept is taken.
 */
export function consulBinary(): string {
  compiled ??= process.env.NANOFLEET_CONSUL ?? compile()
  return compiled
}

function compile(): string {
  const settings = readSettings()
  const out = join(settings.repository, '.nanofleet', 'test-consul')
  const program = join(settings.repository, 'buildspecs', 'compile.mjs')
  execFileSync(settings.node, [program, join('apps', 'platform', 'consul'), out], {
    cwd: settings.repository,
    env: { ...settings.environment, NANOFLEET_PROGRAMS: join(settings.cache, 'programs') },
    stdio: 'pipe',
  })
  return join(out, 'program')
}

/** Starts one or three servers and returns when they have a leader. */
export async function startConsul(count: 1 | 3 = 1): Promise<ConsulCluster> {
  const octet = await freeOctet()
  const folder = await mkdtemp(join(tmpdir(), 'consul-'))
  const servers = Array.from({ length: count }, (_, index) => ({
    instanceId: `i-${(octet * 10 + index).toString(16).padStart(17, '0')}`,
    address: `127.${octet}.0.${index + 1}`,
  }))
  const running = new Map<string, ChildProcess>()
  const start = async (server: ConsulServer): Promise<void> => {
    const file = join(folder, `${server.instanceId}.json`)
    await writeFile(file, JSON.stringify(settings(server, servers, folder)))
    running.set(server.address, spawn(consulBinary(), ['agent', '-config-file', file], { stdio: 'ignore' }))
    await untilLeader(server)
  }
  const kill = async (server: ConsulServer): Promise<void> => {
    const child = running.get(server.address)
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }
  const stop = async (): Promise<void> => {
    await Promise.all(servers.map(kill))
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await Promise.all(servers.map(start))
  } catch (error) {
    await stop()
    throw error
  }
  return { servers, data: ({ instanceId }) => join(folder, instanceId), kill, revive: start, stop }
}

function settings(server: ConsulServer, all: ConsulServer[], folder: string): Record<string, unknown> {
  return {
    node_name: server.instanceId,
    server: true,
    bootstrap_expect: all.length,
    bind_addr: server.address,
    client_addr: server.address,
    retry_join: all.map((each) => each.address),
    retry_interval: '1s',
    data_dir: join(folder, server.instanceId),
    performance: { raft_multiplier: 1 },
    connect: { enabled: false },
    disable_update_check: true,
    log_level: 'ERROR',
  }
}

async function untilLeader(server: ConsulServer): Promise<void> {
  const end = Date.now() + 30_000
  while (Date.now() < end) {
    const leader = await fetch(`http://${server.address}:8500/v1/status/leader`).then(
      (answer) => answer.text(),
      () => '""',
    )
    if (leader.length > 2 && (await knowsItself(server))) return
    await sleep(100)
  }
  throw new Error(`Consul at ${server.address} has no leader after 30 s`)
}

/** The node's own entry is written some time after the election; health answers need it. */
async function knowsItself(server: ConsulServer): Promise<boolean> {
  const answer = await fetch(`http://${server.address}:8500/v1/health/node/${server.instanceId}`)
  return answer.ok && (await answer.text()).includes('serfHealth')
}

/** A second octet whose `.0.1:8500` nobody listens on, tried in random order so that runs do not meet. */
async function freeOctet(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const octet = 100 + Math.floor(Math.random() * 140)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(8500, `127.${octet}.0.1`, () => probe.close(() => resolve(true)))
    })
    if (free) return octet
  }
  throw new Error('no free loopback network between 127.100 and 127.239 for Consul')
}
