import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** What `serverless deploy` builds the control plane from. */
const SOURCES = ['serverless.yml', 'adapters', 'buildspecs', 'core', 'functions', 'resources', 'workflows']

/** The control plane's file that was written last, by its path in the checkout. */
export async function newestSource(repository: string): Promise<{ file: string; at: Date } | undefined> {
  let newest: { file: string; at: Date } | undefined
  for (const place of await filesOf(repository)) {
    const { mtime } = await stat(place)
    if (!newest || mtime > newest.at) newest = { file: relative(repository, place), at: mtime }
  }
  return newest
}

async function filesOf(repository: string): Promise<string[]> {
  const found = await Promise.all(
    SOURCES.map(async (name) => {
      const place = join(repository, name)
      if (!(await stat(place)).isDirectory()) return [place]
      const entries = await readdir(place, { recursive: true, withFileTypes: true })
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
    }),
  )
  return found.flat()
}
