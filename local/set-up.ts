import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ServiceFailure } from '../core/base/errors.ts'
import type { LocalSettings } from './settings.ts'

/**
 * Installs and compiles what the local region needs and this machine does not have yet, once for all
 * repositories: Python's packages, Go, Consul, Redis. Its progress goes to standard error.
 * @returns whether anything had to be done
 * @throws {ServiceFailure} when a step fails; it has said which
 */
export async function setUp({ node, repository, root, environment }: LocalSettings): Promise<boolean> {
  await keepOutOfGit(root)
  const { isSetUp } = await import('../scripts/lib/due.mjs')
  if (isSetUp()) return false
  const child = spawn(node, [join(repository, 'scripts', 'setup.mjs'), '--installed'], {
    env: { ...environment, NANOFLEET_ROOT: root },
    // Standard output is the command's result.
    stdio: ['ignore', 2, 2],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new ServiceFailure(`the set-up of the local region ended with ${code}`)
  return true
}

/** The folder's own file says so, as a repository's `.gitignore` is its owner's. */
async function keepOutOfGit(root: string): Promise<void> {
  const folder = join(root, '.nanofleet')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, '.gitignore'), '*\n')
}
