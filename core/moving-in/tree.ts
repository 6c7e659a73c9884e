/** The files from which an app is made, by path relative to the root of its repository. */
export interface Tree {
  paths: readonly string[]
  /** Undefined for a file that is not there, is not text or is too big to be a description of anything. */
  text(path: string): string | undefined
}

export const treeOf = (files: Readonly<Record<string, string>>): Tree => ({
  paths: Object.keys(files).sort(),
  text: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
})

/** The folder of a file; `.` is the root. */
export const folderOf = (path: string): string =>
  path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '.'

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** A path as written in a file of `folder`, relative to the root; undefined if it leads out of it. */
export function resolvePath(folder: string, written: string): string | undefined {
  if (written.startsWith('/') || written.startsWith('~')) return undefined
  const parts: string[] = []
  for (const part of [...folder.split('/'), ...written.split('/')]) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) return undefined
  }
  return parts.join('/') || '.'
}

export const inFolder = (folder: string, name: string): string =>
  folder === '.' ? name : `${folder}/${name}`

export const isBelow = (folder: string, path: string): boolean =>
  folder === '.' || path.startsWith(`${folder}/`)

export const hasFolder = ({ paths }: Tree, folder: string): boolean =>
  paths.some((path) => isBelow(folder, path))
