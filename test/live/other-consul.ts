import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettings } from '../../local/settings.ts'

/** The version that our server reports unless another one is named. */
const PRETENDED = '1.19.3'

/**
 * Gives the platform's program another version of Consul, in a copy of this checkout: the one in
 * NANOFLEET_OTHER_CONSUL, such as 1.20.1, from Go's module proxy, which takes some minutes to compile the
 * first time; or else the same code with another version number, which distinguishes old servers from new
 * ones and only needs a link.
 * @returns the version that its servers will report
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
