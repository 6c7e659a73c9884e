import { existsSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { NotFound } from '../core/base/errors.ts'

/** The file that marks the root of a repository of apps. */
const MARK = 'nanofleet.yml'

/** Nanofleet's own files: this checkout, or the package in somebody's `node_modules`. */
export const OWN_FOLDER = resolve(import.meta.dirname, '..')

/** Whether they were installed as a package: then no apps but the platform are among them. */
export const isPackage = (own = OWN_FOLDER): boolean => own.split(sep).includes('node_modules')

/**
 * The root of the apps that a command works on: the nearest folder with `nanofleet.yml`, from here upwards,
 * else this checkout.
 * @throws {NotFound} for the package outside every such folder
 */
export function findRoot(from: string, own = OWN_FOLDER): string {
  const found = nearest(from, own)
  if (found !== undefined) return found
  if (!isPackage(own)) return own
  throw new NotFound(
    `${from}: neither this folder nor one above it has a ${MARK}, the root of a repository of apps; ` +
      'go there, or make one with "nanofleet init"',
  )
}

/** Like `findRoot`; where there is none, the folder that a new `nanofleet.yml` belongs in. */
export function rootForNew(from: string, own = OWN_FOLDER): string {
  const found = nearest(from, own)
  if (found !== undefined) return found
  if (!isPackage(own)) return own
  // The folder that installed the package, unless it is installed for the whole machine.
  const installer = own.slice(0, own.indexOf(`${sep}node_modules${sep}`))
  return `${from}${sep}`.startsWith(`${installer}${sep}`) ? installer : from
}

function nearest(from: string, own: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if (existsSync(join(folder, MARK))) return folder
    // A checkout is a root of its own, whatever lies above it.
    if (folder === dirname(folder) || folder === own) return undefined
  }
}

/** The folders `node_modules` from a folder upwards, as Node looks for packages. */
export function modulesAbove(folder: string): string[] {
  const above = dirname(folder)
  const here = join(folder, 'node_modules')
  return [...(existsSync(here) ? [here] : []), ...(above === folder ? [] : modulesAbove(above))]
}
