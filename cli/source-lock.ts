import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput, ServiceFailure } from '../core/base/errors.ts'
import type { LocalSettings } from '../local/settings.ts'

interface Locking {
  /** The file by which a folder is known to be written in the language. */
  marks: string[]
  lock: string
  command: (settings: LocalSettings, folder: string) => [program: string, ...args: string[]]
}

const script = (name: string) => (settings: LocalSettings, folder: string) =>
  [settings.node, join(settings.repository, 'buildspecs', name), folder] as [string, ...string[]]

const LANGUAGES: Locking[] = [
  {
    marks: ['package.json'],
    lock: 'package-lock.json',
    command: (_, folder) => [
      'npm',
      'install',
      '--package-lock-only',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
    ],
  },
  {
    marks: ['requirements.in', 'requirements.txt', 'pyproject.toml'],
    lock: 'requirements.txt',
    command: script('python-lock.mjs'),
  },
  { marks: ['pom.xml'], lock: 'maven.lock.json', command: script('maven-lock.mjs') },
]

/**
 * Writes the lock of a source's packages, which its builds need: each package with its version and checksum.
 * @returns the file
 * @throws {InvalidInput} for a folder in a language whose packages have no lock here
 * @throws {ServiceFailure} if the language's own tool does not make one
 */
export function lockSource(settings: LocalSettings, folder: string): string {
  const found = LANGUAGES.find(({ marks }) => marks.some((mark) => existsSync(join(folder, mark))))
  if (!found) {
    const known = LANGUAGES.flatMap(({ marks }) => marks).join(', ')
    throw new InvalidInput(
      folder,
      `has none of ${known}`,
      'name the folder of a source; go.sum is a lock already',
    )
  }
  const [program, ...args] = found.command(settings, folder)
  const env = {
    ...settings.environment,
    NANOFLEET_PYTHON: settings.python,
    NANOFLEET_PROGRAMS: join(settings.cache, 'programs'),
  }
  const { error, status } = spawnSync(program, args, { stdio: ['ignore', 2, 2], env })
  if (error) throw new ServiceFailure(`cannot run ${program}`, { cause: error })
  if (status !== 0) throw new ServiceFailure(`${folder}: ${program} ended with status ${status}`)
  return join(folder, found.lock)
}
