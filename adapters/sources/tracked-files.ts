import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InvalidInput } from '../../core/base/errors.ts'

const run = promisify(execFile)

/** What git knows of a folder: paths relative to it. */
export interface TrackedFiles {
  tracked: ReadonlySet<string>
  /** Neither tracked nor ignored. */
  untracked: readonly string[]
}

/** A large repository's list has some megabytes. */
const LONGEST_LIST = 64 * 1024 * 1024

/**
 * The files of a checkout that git tracks; undefined where there is no git, such as in an unpacked archive.
 * @throws {InvalidInput} for a repository whose files git does not list
 */
export async function trackedFiles(root: string): Promise<TrackedFiles | undefined> {
  const isTop = await access(join(root, '.git')).then(
    () => true,
    () => false,
  )
  const list = async (...options: string[]) => {
    const args = ['-C', root, 'ls-files', '-z', ...options]
    const { stdout } = await run('git', args, { maxBuffer: LONGEST_LIST })
    return stdout.split('\0').filter(Boolean)
  }
  try {
    const tracked = new Set(await list('--cached'))
    // A folder that a repository around it ignores is none of its own.
    if (tracked.size === 0 && !isTop) return undefined
    return { tracked, untracked: await list('--others', '--exclude-standard') }
  } catch (cause) {
    if (!isTop) return undefined
    const problem = cause instanceof Error ? cause.message.trim().split('\n').at(-1) : String(cause)
    throw new InvalidInput(root, `git does not list its files: ${problem}`, 'a push takes what git tracks', {
      cause,
    })
  }
}
