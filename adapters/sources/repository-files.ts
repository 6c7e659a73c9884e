import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import { InvalidInput } from '../../core/base/errors.ts'
import { isEnvironmentFile } from '../../core/manifest/secret-looks.ts'
import { isLeftOut } from '../../core/manifest/source-files.ts'
import type { TarEntry } from './tar.ts'
import type { TrackedFiles } from './tracked-files.ts'

/** Files of the repository in memory, by path relative to it. */
export class RepositoryFiles {
  readonly texts: ReadonlyMap<string, string>
  readonly #entries: ReadonlyMap<string, TarEntry>

  constructor(entries: readonly TarEntry[]) {
    this.#entries = new Map(entries.map((entry) => [entry.path, entry]))
    this.texts = new Map(entries.map(({ path, content }) => [path, Buffer.from(content).toString('utf8')]))
  }

  /** @throws {RangeError} for a path that was not read */
  entry(path: string): TarEntry {
    const entry = this.#entries.get(path)
    if (!entry) throw new RangeError(`${path} was not read`)
    return entry
  }

  /** The texts below a folder, by path relative to it. */
  below(folder: string): Map<string, string> {
    const prefix = `${folder}/`
    return new Map(
      [...this.texts].flatMap(([path, text]) =>
        path.startsWith(prefix) ? [[path.slice(prefix.length), text] as const] : [],
      ),
    )
  }
}

/**
 * Reads files and folders below a root: where git tells which files it tracks, only those. Links are
 * followed inside the root. What does not exist is left out, and so is `.env` where there is no git.
 * @throws {InvalidInput} for a link that leads elsewhere, and for a tracked `.env`
 */
export async function readRepository(
  root: string,
  paths: readonly string[],
  git?: TrackedFiles,
): Promise<RepositoryFiles> {
  return new RepositoryFiles(await readEntries(root, paths, git))
}

/**
 * `readRepository`, file by file. The path `.` is the whole repository.
 * @param wanted whether a file is to be read
 */
export async function readEntries(
  root: string,
  paths: readonly string[],
  git?: TrackedFiles,
  wanted: (path: string) => boolean = () => true,
): Promise<TarEntry[]> {
  const reader = new Reader(await realpath(root), git, wanted)
  return (await Promise.all([...new Set(paths)].map((path) => reader.read(path)))).flat()
}

class Reader {
  readonly #root: string
  readonly #git: TrackedFiles | undefined
  readonly #wanted: (path: string) => boolean

  constructor(root: string, git: TrackedFiles | undefined, wanted: (path: string) => boolean) {
    this.#root = root
    this.#git = git
    this.#wanted = wanted
  }

  async read(path: string): Promise<TarEntry[]> {
    if (!this.#git) return path === '.' ? this.#walkAll() : this.#walk(path, path)
    return (await Promise.all(this.#tracked(path).map((file) => this.#walk(file, file)))).flat()
  }

  async #walkAll(): Promise<TarEntry[]> {
    const names = await readdir(this.#root)
    return (await Promise.all(names.sort().map((name) => this.#walk(name, name)))).flat()
  }

  #tracked(path: string): string[] {
    const tracked = [...(this.#git?.tracked ?? [])]
    return tracked.filter((file) => path === '.' || file === path || file.startsWith(`${path}/`)).sort()
  }

  /** @param path where the content lies @param as the path that it is read by, through a link another one */
  async #walk(path: string, as: string): Promise<TarEntry[]> {
    if (isLeftOut(as)) return []
    const place = join(this.#root, path)
    const found = await lstat(place).catch(missing)
    if (found?.isSymbolicLink()) return this.#follow(path, as)
    if (found?.isDirectory()) {
      const names = await readdir(place)
      const inside = names.sort().map((name) => this.#walk(`${path}/${name}`, `${as}/${name}`))
      return (await Promise.all(inside)).flat()
    }
    if (!found?.isFile() || !this.#wanted(as) || this.#refusesSecrets(path, as)) return []
    return [{ path: as, content: await readFile(place), executable: (found.mode & 0o100) !== 0 }]
  }

  #refusesSecrets(path: string, as: string): boolean {
    if (!isEnvironmentFile(path) && !isEnvironmentFile(as)) return false
    if (!this.#git) return true
    const remedy = `take it out with "git rm --cached ${as}" and give passwords as secrets of the service`
    throw new InvalidInput(
      as,
      'holds the environment of a machine, and a push would put it into an image',
      remedy,
    )
  }

  async #follow(path: string, as: string): Promise<TarEntry[]> {
    const real = await realpath(join(this.#root, path)).catch(missing)
    if (real === undefined) return []
    const target = relative(this.#root, real).split(sep).join('/')
    const refusal = (why: string, remedy: string) =>
      new InvalidInput(as, `is a link to ${target}, ${why}`, remedy)
    if (target === '' || /^\.\.(\/|$)/.test(target) || isAbsolute(target))
      throw refusal('which is not inside the repository', 'copy what it needs to its place')
    if (`${path}/`.startsWith(`${target}/`)) throw refusal('in which it lies itself', 'remove it')
    if (!this.#git) return this.#walk(target, as)
    const files = this.#tracked(target)
    if (files.length === 0) throw refusal('which git does not track', `git add ${target}`)
    const under = files.map((file) => this.#walk(file, as + file.slice(target.length)))
    return (await Promise.all(under)).flat()
  }
}

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}
