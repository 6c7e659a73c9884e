import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftOut } from '../../core/manifest/source-files.ts'
import type { TarEntry } from './tar.ts'

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

/** Reads files and folders below a root; those that do not exist are left out, links are followed. */
export async function readRepository(root: string, paths: readonly string[]): Promise<RepositoryFiles> {
  const entries = await Promise.all([...new Set(paths)].map((path) => read(root, path)))
  return new RepositoryFiles(entries.flat())
}

async function read(root: string, path: string): Promise<TarEntry[]> {
  if (isLeftOut(path)) return []
  const place = join(root, path)
  const found = await stat(place).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (!found) return []
  if (found.isDirectory()) {
    const names = await readdir(place)
    return (await Promise.all(names.sort().map((name) => read(root, `${path}/${name}`)))).flat()
  }
  if (!found.isFile()) return []
  return [{ path, content: await readFile(place), executable: (found.mode & 0o100) !== 0 }]
}
