import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettings } from '../../local/settings.ts'

/** The version that our server reports unless another one is named. */
const PRETENDED = '1.22.9'

/**
 * Gives the platform's program another version of Consul, in a copy of this checkout: the given one or that
 * in NANOFLEET_OTHER_CONSUL, such as 1.22.5, from Go's module proxy, which takes some minutes to compile the
 * first time; or else the same code with another version number, which distinguishes old servers from new
 * ones and only needs a link.
 * @returns the version that its servers will report
 */
export async function changeConsul(
  root: string,
  version: string | undefined = process.env.NANOFLEET_OTHER_CONSUL,
): Promise<string> {
  const source = join(root, 'apps/platform/consul')
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
  const go = (...args: string[]) => execFileSync('go', args, { cwd: source, env, stdio: 'pipe' })
  const get = () => go('get', `github.com/hashicorp/consul@v${version}`)
  const file = join(source, 'go.mod')
  const whole = await readFile(file, 'utf8')
  // An older Consul does not compile with what a newer one needs, so it chooses everything again.
  const chosen = (line: string) => / \/\/ indirect$|hashicorp\/consul\/api /.test(line)
  const own = whole.split('\n').filter((line) => !chosen(line))
  await writeFile(file, own.join('\n'))
  try {
    get()
  } catch {
    // What it chooses may no longer be there.
    await writeFile(file, whole)
    get()
  }
  go('mod', 'tidy')
  return version
}
