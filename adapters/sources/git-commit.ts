import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { InvalidInput } from '../../core/base/errors.ts'

const run = promisify(execFile)

/** A commit, and how somebody named it. */
export interface NamedCommit {
  ref: string
  commit: string
}

/** What git answers in a folder, without the last line break. */
async function git(root: string, args: readonly string[], env: Record<string, string> = {}): Promise<string> {
  const options = { maxBuffer: 64 * 1024 * 1024, env: { ...process.env, ...env } }
  const { stdout } = await run('git', ['-C', root, ...args], options)
  return stdout.replace(/\n$/, '')
}

/**
 * The commit that a name means: a branch, a tag, a digest, `HEAD~3`.
 * @throws {InvalidInput} if there is no such commit, no repository or no git
 */
export async function commitOf(root: string, ref: string): Promise<NamedCommit> {
  const shallow = await isShallow(root)
  try {
    const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
    return { ref, commit: await git(root, args) }
  } catch (cause) {
    throw new InvalidInput(
      ref,
      shallow ? 'this shallow clone has no such commit' : 'the repository has no such commit',
      shallow
        ? 'fetch it with "git fetch --unshallow"; in GitHub Actions, with fetch-depth: 0 at actions/checkout'
        : 'name a branch, a tag or a commit; "git fetch" brings those of others',
      { cause },
    )
  }
}

/** Also the first question, so it is the one that finds out whether there is a repository. */
async function isShallow(root: string): Promise<boolean> {
  try {
    return (await git(root, ['rev-parse', '--is-shallow-repository'])) === 'true'
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw new InvalidInput('git', 'is not installed', 'install it: it knows the earlier files', { cause })
    const said = String((cause as { stderr?: string }).stderr ?? cause).trim()
    if (/not a git repository/.test(said))
      throw new InvalidInput(root, 'is in no git repository', 'run it in a clone', { cause })
    throw new InvalidInput(root, `git does not answer: ${said}`, 'see what "git status" says', { cause })
  }
}

/**
 * Gives a folder with the files of a commit, as a checkout would write them, and removes it afterwards. The
 * working tree and its index stay as they are.
 * @param use gets the folder that is `root` in that commit
 */
export async function withCommit<T>(
  root: string,
  { commit }: NamedCommit,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const place = await mkdtemp(join(tmpdir(), 'nanofleet-commit-'))
  try {
    const index = { GIT_INDEX_FILE: join(place, 'index') }
    const files = join(place, 'files')
    const [top, prefix, folder] = await Promise.all([
      git(root, ['rev-parse', '--show-toplevel']),
      git(root, ['rev-parse', '--show-prefix']),
      git(root, ['rev-parse', '--absolute-git-dir']),
    ])
    await git(top, ['read-tree', commit], index)
    // With a work tree of its own, git reads .gitattributes of that commit, not of the checkout.
    await mkdir(join(files, prefix), { recursive: true })
    await git(
      files,
      [`--git-dir=${folder}`, `--work-tree=${files}`, 'checkout-index', '-a', '-f', '-q'],
      index,
    )
    return await use(join(files, prefix))
  } finally {
    await rm(place, { recursive: true, force: true })
  }
}
