import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettings } from '../../local/settings.ts'

/** What a server of ours says of its version when nobody names another one. */
const PRETENDED = '1.19.3'

/**
 * Gives the platform's program another version of Consul, in a copy of this checkout: the one that
 * NANOFLEET_OTHER_CONSUL names, such as 1.20.1, from Go's module proxy, which is compiled for some minutes the first time;
 * else the same code with another version number, which tells an old server from a new one and costs a link.
 * @returns the version that its servers will say
 */
export async function changeConsul(root: string): Promise<string> {
  const source = join(root, 'apps/platform/consul')
  const version = process.env.NANOFLEET_OTHER_CONSUL
  if (version === undefined) {
    const lines = [
      'package main',
      '',
      'import "github.com/hashicorp/consul/version"',
      '',
      `func init() { version.Version = "${PRETENDED}" }`,
      '',
    ]
    await writeFile(join(source, 'version.go'), lines.join('\n'))
    return PRETENDED
  }
  const { cache, environment } = readSettings()
  const env = { ...environment, GOMODCACHE: join(cache, 'gomod'), GOCACHE: join(cache, 'gobuild') }
  execFileSync('go', ['get', `github.com/hashicorp/consul@v${version}`], { cwd: source, env, stdio: 'pipe' })
  execFileSync('go', ['mod', 'tidy'], { cwd: source, env, stdio: 'pipe' })
  return version
}
