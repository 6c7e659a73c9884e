import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The first program on PATH with one of these names; undefined if there is none. */
export function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter)
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
