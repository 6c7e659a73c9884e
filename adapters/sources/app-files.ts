import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { PLATFORM } from '../../core/base/names.ts'
import { TOOLS_LOCK } from '../../core/images/locks.ts'
import { parseRepository, REPOSITORY_FILE, type ServiceDefaults } from '../../core/manifest/repository.ts'
import { LIBRARY, PACKAGE_LIBRARY, SCRIPTS } from '../../core/manifest/source-files.ts'
import { RepositoryFiles, readEntries } from './repository-files.ts'
import type { TarEntry } from './tar.ts'
import { type TrackedFiles, trackedFiles } from './tracked-files.ts'

/** Nanofleet's own files: this checkout, or the installed package. */
export const OWN = resolve(import.meta.dirname, '../..')

interface Folder {
  root: string
  git: TrackedFiles | undefined
}

/**
 * The files of a repository's apps. What is Nanofleet's comes from Nanofleet: the scripts that build images,
 * the library that services import as `nanofleet/lib`, and the platform unless the repository has its own.
 */
export class AppFiles {
  /** What git knows of the repository. */
  readonly git: TrackedFiles | undefined
  readonly root: string
  readonly #own: Folder
  readonly #defaults: ServiceDefaults

  private constructor(repository: Folder, own: Folder, defaults: ServiceDefaults) {
    this.root = repository.root
    this.git = repository.git
    this.#own = own
    this.#defaults = defaults
  }

  /**
   * @param root the repository
   * @throws {InvalidInput} if its `nanofleet.yml` is wrong, or git does not list its files
   */
  static async of(root: string, own = OWN): Promise<AppFiles> {
    const repository = { root, git: await trackedFiles(root) }
    const isOwn = resolve(root) === own
    const ours = isOwn ? repository : { root: own, git: await trackedFiles(own) }
    return new AppFiles(repository, ours, (await repositoryOf(root)).defaults)
  }

  /** The names of all apps, sorted. */
  async apps(): Promise<string[]> {
    const entries = await readdir(join(this.root, 'images'), { withFileTypes: true }).catch(missing)
    const tracked = new Set(
      [...(this.git?.tracked ?? [])].map((path) => path.split('/').slice(0, 2).join('/')),
    )
    const names = (entries ?? [])
      .filter(({ name }) => !name.startsWith('.'))
      .filter((entry) => entry.isDirectory() && (!this.git || tracked.has(`images/${entry.name}`)))
      .map(({ name }) => name)
    return [...new Set([...names, ...(this.#hasPlatform() ? [] : [PLATFORM])])].sort()
  }

  /** What the repository sets for the services of an app. */
  defaults(app: string): ServiceDefaults {
    return app === PLATFORM && !this.#hasPlatform() ? {} : this.#defaults
  }

  /** Files and folders by their paths in an archive; what does not exist is left out. */
  async read(paths: readonly string[], wanted?: (path: string) => boolean): Promise<RepositoryFiles> {
    const found = await Promise.all([...new Set(paths)].map((path) => this.#read(path, wanted)))
    return new RepositoryFiles(found.flat())
  }

  async #read(path: string, wanted?: (path: string) => boolean): Promise<TarEntry[]> {
    const own = this.#own
    if (path === PACKAGE_LIBRARY) {
      const entries = await readEntries(own.root, [LIBRARY], own.git)
      return entries.map((entry) => ({ ...entry, path: PACKAGE_LIBRARY + entry.path.slice(LIBRARY.length) }))
    }
    const { root, git } = this
    if (own.root === root) return await readEntries(root, [path], git, wanted)
    if (path === SCRIPTS) {
      const [scripts, locks] = await Promise.all([
        readEntries(own.root, [path], own.git),
        readEntries(root, [TOOLS_LOCK], git),
      ])
      return [...scripts.filter((entry) => !locks.some((lock) => lock.path === entry.path)), ...locks]
    }
    const ours = !this.#hasPlatform() && OF_PLATFORM.some((folder) => `${path}/`.startsWith(folder))
    return ours ? await readEntries(own.root, [path], own.git) : await readEntries(root, [path], git, wanted)
  }

  #hasPlatform(): boolean {
    return this.root === this.#own.root || existsSync(join(this.root, 'images', PLATFORM))
  }
}

const OF_PLATFORM = [`images/${PLATFORM}/`, `apps/${PLATFORM}/`]

/**
 * What a repository says of its stages and for all services; nothing where it has no `nanofleet.yml`.
 * @throws {InvalidInput}
 */
export async function repositoryOf(root: string): Promise<ReturnType<typeof parseRepository>> {
  const text = await readFile(join(root, REPOSITORY_FILE), 'utf8').catch(missing)
  return text === undefined ? { stages: {}, defaults: {} } : parseRepository(text)
}

const missing = (error: NodeJS.ErrnoException): undefined => {
  if (error.code !== 'ENOENT') throw error
}
