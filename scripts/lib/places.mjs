import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folders and versions that set-up works with; nothing here needs an installed package. */
export const repository = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..')
export const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'nanofleet')
export const versions = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')).config

export const emulator = join(cache, `ministack-${versions.ministack}`)
/** The wheel of cfn-lint without what it needs: only its data, the schemas of CloudFormation's registry. */
export const schemas = join(cache, `cfn-lint-${versions['cfn-lint']}`)
export const checkTools = join(cache, 'check')
/** Apart from the others: checkov pins packages that the emulator needs in other versions. */
export const opinionTools = join(cache, 'opinions')
export const ownGo = join(cache, 'go')
/** What image builds use as is: our linked programs and programs that set-up downloads. */
export const programs = join(cache, 'programs')
export const node24 = join(repository, 'node_modules', 'node', 'bin', 'node')
/** `nanofleet local up` names the repository of its apps. */
export const logFile = join(process.env.NANOFLEET_ROOT || repository, '.nanofleet', 'setup.log')

/**
 * The environment of everything that set-up starts: Node 24, the tools and Go first on PATH, Go's caches in
 * ours.
 */
export function environment() {
  const first = [join(repository, 'node_modules', '.bin'), join(ownGo, 'bin')]
  return {
    GOMODCACHE: join(cache, 'gomod'),
    GOCACHE: join(cache, 'gobuild'),
    // As in image builds (buildspecs/compile.mjs): with other settings Go compiles all of Consul a second
    // time.
    CGO_ENABLED: '0',
    GOFLAGS: '-trimpath',
    ...process.env,
    PATH: [...first, process.env.PATH].join(':'),
    PIP_DISABLE_PIP_VERSION_CHECK: '1',
  }
}
