import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { renameSync, rmSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ConsulAccess } from '../../adapters/consul/access.ts'
import { ConsulHttp } from '../../adapters/consul/http.ts'
import { ConsulRequests } from '../../adapters/consul/requests.ts'
import { randomSecrets } from '../../adapters/consul/secret-maker.ts'
import type { ConsulServer } from '../../core/base/catalog.ts'
import { readSettings } from '../../local/settings.ts'
import { askServer, fixedAccess } from './consul-api.ts'

/** Real Consul servers on their own loopback addresses, stopped and wiped by `stop`. */
export interface ConsulCluster {
  servers: ConsulServer[]
  /** The folder in which the server's agent keeps its registrations. */
  data(server: ConsulServer): string
  /** The token of the function `consul`. */
  access: ConsulAccess
  /** Asks with only that token. */
  catalog: ConsulHttp
  /** The management token. */
  management: ConsulAccess
  /** SIGKILL: the server dies at once and its data stays. */
  kill(server: ConsulServer): Promise<void>
  /** Starts a killed server again on its data. */
  revive(server: ConsulServer): Promise<void>
  stop(): Promise<void>
}

let compiled: string | undefined

/**
 * The path of a Consul program: `NANOFLEET_CONSUL`, or else the platform's own, which with arguments is
 * Consul's command line. It is compiled as in an image build, so set-up's cache is used.
 */
export function consulBinary(): string {
  compiled ??= process.env.NANOFLEET_CONSUL ?? compile()
  return compiled
}

function compile(): string {
  const settings = readSettings()
  const folder = join(settings.repository, '.nanofleet', 'test-consul')
  const out = join(folder, String(process.pid))
  const program = join(settings.repository, 'buildspecs', 'compile.mjs')
  execFileSync(settings.node, [program, join('apps', 'platform', 'consul'), out], {
    cwd: settings.repository,
    env: { ...settings.environment, NANOFLEET_PROGRAMS: join(settings.cache, 'programs') },
    stdio: 'pipe',
  })
  // Another process may be running it: a program in use cannot be written to, but its name can pass on to
  // another file.
  renameSync(join(out, 'program'), join(folder, 'program'))
  rmSync(out, { recursive: true })
  return join(folder, 'program')
}

/**
 * Starts one or three servers and returns when they have a leader.
 * @param more settings for the agents in addition to those that every test needs
 */
export async function startConsul(
  count: 1 | 3 = 1,
  more: Record<string, unknown> = {},
): Promise<ConsulCluster> {
  const octet = await freeOctet()
  const folder = await mkdtemp(join(tmpdir(), 'consul-'))
  const servers = Array.from({ length: count }, (_, index) => ({
    instanceId: `i-${(octet * 10 + index).toString(16).padStart(17, '0')}`,
    address: `127.${octet}.0.${index + 1}`,
  }))
  const running = new Map<string, ChildProcess>()
  const secrets = await makeSecrets(folder, servers)
  const start = async (server: ConsulServer): Promise<void> => {
    const file = join(folder, `${server.instanceId}.json`)
    await writeFile(file, JSON.stringify({ ...settings(server, servers, folder, secrets), ...more }))
    running.set(server.address, spawn(consulBinary(), ['agent', '-config-file', file], { stdio: 'ignore' }))
    await untilLeader(server, secrets.management)
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
    const access = await makeToken(servers, secrets.management, randomSecrets.token())
    const catalog = new ConsulHttp(new ConsulRequests(fixedAccess(access)))
    const data = ({ instanceId }: ConsulServer): string => join(folder, instanceId)
    return { servers, data, access, catalog, management: secrets.management, kill, revive: start, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

interface ClusterSecrets {
  gossipKey: string
  management: ConsulAccess
  /** Paths of what TLS needs. */
  files: { ca_file: string; cert_file: string; key_file: string }
}

/**
 * What a deployment and the servers' program create for the platform, but with one certificate for all
 * servers.
 */
async function makeSecrets(folder: string, servers: ConsulServer[]): Promise<ClusterSecrets> {
  const { key, certificate } = randomSecrets.authority()
  await writeFile(join(folder, 'ca.pem'), certificate)
  await writeFile(join(folder, 'ca-key.pem'), key)
  const addresses = servers.map(({ address }) => `-additional-ipaddress=${address}`)
  const files = ['-ca', 'ca.pem', '-key', 'ca-key.pem']
  execFileSync(consulBinary(), ['tls', 'cert', 'create', '-server', ...files, ...addresses], {
    cwd: folder,
    stdio: 'pipe',
  })
  return {
    gossipKey: randomSecrets.gossipKey(),
    management: { certificate, token: randomSecrets.token() },
    files: {
      ca_file: join(folder, 'ca.pem'),
      cert_file: join(folder, 'dc1-server-consul-0.pem'),
      key_file: join(folder, 'dc1-server-consul-0-key.pem'),
    },
  }
}

/**
 * Creates the function `consul`'s token with the platform's policy for it, and waits until all servers know
 * it.
 */
async function makeToken(
  servers: ConsulServer[],
  management: ConsulAccess,
  token: string,
): Promise<ConsulAccess> {
  const Rules = await readFile(
    join(readSettings().repository, 'apps/platform/consul/policies/registration.hcl'),
    'utf8',
  )
  const address = servers[0]?.address ?? ''
  const put = async (path: string, body: unknown): Promise<void> => {
    const { status, text } = await askServer(address, path, management, { method: 'PUT', body })
    if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  }
  await put('/v1/acl/policy', { Name: 'registration', Rules })
  await put('/v1/acl/token', { SecretID: token, Policies: [{ Name: 'registration' }] })
  const access = { ...management, token }
  // As this server knows it, not as the leader does.
  for (const server of servers)
    while ((await askServer(server.address, '/v1/acl/token/self?stale', access)).status !== 200)
      await sleep(20)
  return access
}

function settings(
  server: ConsulServer,
  all: ConsulServer[],
  folder: string,
  { gossipKey, management, files }: ClusterSecrets,
): Record<string, unknown> {
  return {
    ports: { http: -1, https: 8501 },
    encrypt: gossipKey,
    tls: {
      defaults: files,
      internal_rpc: { verify_incoming: true, verify_outgoing: true, verify_server_hostname: true },
      https: { verify_incoming: false },
    },
    acl: {
      enabled: true,
      default_policy: 'deny',
      tokens: { initial_management: management.token, agent: management.token, dns: management.token },
    },
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

async function untilLeader(server: ConsulServer, access: ConsulAccess): Promise<void> {
  const end = Date.now() + 30_000
  while (Date.now() < end) {
    const leader = await askServer(server.address, '/v1/status/leader', access).then(
      ({ text }) => text,
      () => '""',
    )
    if (leader.length > 2 && (await knowsItself(server, access))) return
    await sleep(100)
  }
  throw new Error(`Consul at ${server.address} has no leader after 30 s`)
}

/** The node's own entry is written some time after the election; health answers need it. */
async function knowsItself(server: ConsulServer, access: ConsulAccess): Promise<boolean> {
  const path = `/v1/health/node/${server.instanceId}`
  const { status, text } = await askServer(server.address, path, access)
  return status === 200 && text.includes('serfHealth')
}

/** A second octet with a free `.0.1:8501`, tried in random order so that runs do not collide. */
export async function freeOctet(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const octet = 100 + Math.floor(Math.random() * 140)
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer()
      probe.once('error', () => resolve(false))
      probe.listen(8501, `127.${octet}.0.1`, () => probe.close(() => resolve(true)))
    })
    if (free) return octet
  }
  throw new Error('no free loopback network between 127.100 and 127.239 for Consul')
}
