import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { NotFound } from '../core/base/errors.ts'
import { DEFAULT_REGION } from '../core/base/partition.ts'
import manifest from '../package.json' with { type: 'json' }
import { findRoot, modulesAbove, OWN_FOLDER } from './root.ts'

/** Every local region's; local/region/settings.py says the same. */
export const LOCAL_ACCOUNT = '000000000000'

/** Where the local region of a repository lives and what it starts with. */
export interface LocalSettings {
  /** Nanofleet's own files: a checkout or the installed package. */
  repository: string
  /** The repository of the apps: `images/` is in it. */
  root: string
  /** The region's state folder. */
  state: string
  /** What set-up installed, shared by every checkout. */
  cache: string
  /** Python in the emulator's venv. */
  python: string
  /** Node 24. */
  node: string
  region: string
  /** The preferred ports; taken ones move. */
  port: number
  gatewayPort: number
  /** The preferred address range; it moves too, unless saved state is bound to it. */
  vpcCidr: string
  /** The environment that the parts are started with, apart from their own settings. */
  environment: Record<string, string>
  /** How slow and silent the region is to be, by the names of TUNING; what is not set has its default. */
  tuning: Record<string, string>
}

/**
 * Variables that make the region as slow, as silent and as large as AWS (local/region/README.md,
 * "Settings"), and the seconds that a Consul server is kept, which go with them.
 */
const TUNING = [
  'NANOFLEET_ACCEPT_LOSS',
  'NANOFLEET_BOOT_SECONDS',
  'NANOFLEET_KAFKA_BROKERS',
  'NANOFLEET_KAFKA_HEAP',
  'NANOFLEET_LAG_SECONDS',
  'NANOFLEET_NLB_REGISTER_SECONDS',
  'NANOFLEET_NLB_STALE_SECONDS',
  'NANOFLEET_REFUSE',
  'NANOFLEET_SERVER_DRAIN_SECONDS',
  'NANOFLEET_ZONES',
]

/**
 * The only place in the local region that reads the environment.
 * @param name the region's folder in `.nanofleet/`, unless NANOFLEET_STATE says where its state is
 * @param from the folder whose apps are meant, or one below it
 * @param rootOf how their root is found
 * @throws {NotFound} when no repository of apps is there
 */
export function readSettings(
  name: 'local' | 'once' = 'local',
  environment: NodeJS.ProcessEnv = process.env,
  from = process.cwd(),
  rootOf: (from: string) => string = findRoot,
): LocalSettings {
  const repository = OWN_FOLDER
  const root = rootOf(from)
  const cache = join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nanofleet')
  const modules = modulesAbove(repository)
  const bins = modules.map((folder) => join(folder, '.bin'))
  const node = nodePath(modules)
  const path = [dirname(node), ...bins, join(cache, 'go', 'bin'), environment.PATH ?? ''].join(':')
  return {
    repository,
    root,
    cache,
    node,
    state: resolve(environment.NANOFLEET_STATE || join(root, '.nanofleet', name)),
    python:
      environment.NANOFLEET_PYTHON || join(cache, `ministack-${manifest.config.ministack}`, 'bin', 'python'),
    region: environment.NANOFLEET_REGION || DEFAULT_REGION,
    port: Number(environment.NANOFLEET_PORT || 4566),
    gatewayPort: Number(environment.NANOFLEET_GATEWAY_PORT || 8080),
    vpcCidr: environment.NANOFLEET_VPC_CIDR || '127.77.0.0/16',
    environment: { ...defined(environment), PATH: path },
    tuning: Object.fromEntries(
      TUNING.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
    ),
  }
}

/** Throws NotFound when set-up has not installed what the region needs. */
export function requireInstalled(settings: LocalSettings): void {
  if (existsSync(settings.python)) return
  throw new NotFound(
    `${settings.python}: the emulator is not installed; "nanofleet local up" does the set-up`,
  )
}

function nodePath(modules: readonly string[]): string {
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath
  const own = modules.map((folder) => join(folder, 'node', 'bin', 'node'))
  return own.find(existsSync) ?? process.execPath
}

/**
 * Everything except what would point the region's own clients elsewhere: AWS profiles, keys and endpoints.
 */
function defined(environment: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && !/^(AWS_|NANOFLEET_|NODE_OPTIONS$)/.test(entry[0]),
  )
  return Object.fromEntries(entries)
}
