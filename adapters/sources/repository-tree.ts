import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isLeftOut } from '../../core/manifest/source-files.ts'
import type { Tree } from '../../core/moving-in/tree.ts'

/** No description of an app is bigger. */
const LARGEST = 1024 * 1024

/** The files of a repository; links are not followed, and what builds make is left out. */
export async function repositoryTree(root: string): Promise<Tree> {
  const paths = (await walk(root, '')).sort()
  const files = new Set(paths)
  const texts = new Map<string, string | undefined>()
  return {
    paths,
    text: (path) => {
      if (!texts.has(path)) texts.set(path, files.has(path) ? readText(join(root, path)) : undefined)
      return texts.get(path)
    },
  }
}

async function walk(root: string, folder: string): Promise<string[]> {
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  const found = entries.map(async (entry) => {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`
    if (isLeftOut(path)) return []
    if (entry.isDirectory()) return walk(root, path)
    return entry.isFile() ? [path] : []
  })
  return (await Promise.all(found)).flat()
}

function readText(file: string): string | undefined {
  const size = statSync(file, { throwIfNoEntry: false })?.size
  if (size === undefined || size > LARGEST) return undefined
  const handle = openSync(file, 'r')
  try {
    const bytes = Buffer.alloc(size)
    const read = readSync(handle, bytes, 0, size, 0)
    return bytes.includes(0) ? undefined : bytes.subarray(0, read).toString('utf8')
  } finally {
    closeSync(handle)
  }
}
