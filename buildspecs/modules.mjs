// @ts-check

import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure } from './failure.mjs'

/**
 * The folders whose node_modules a build may use: its own (after `npm ci` in the container build), then the
 * checkout that the local region runs from, so that nothing has to be installed for each build.
 * @param {string} root folder of the unpacked archive
 * @param {string | undefined} repository NANOFLEET_REPO
 * @returns {string[]}
 */
export const moduleRoots = (root, repository) => [resolve(root), ...(repository ? [resolve(repository)] : [])]

/**
 * The folders with packages in these roots and, as Node looks for them, above the checkout: where Nanofleet
 * is a package itself, its neighbours are there.
 * @param {string[]} roots
 * @param {string | undefined} repository
 * @returns {string[]}
 */
export function moduleFolders(roots, repository) {
  const folders = roots.map((root) => join(root, 'node_modules'))
  for (let folder = dirname(resolve(repository ?? '/')); folder !== dirname(folder); folder = dirname(folder))
    if (existsSync(join(folder, 'node_modules'))) folders.push(join(folder, 'node_modules'))
  return folders
}

/**
 * Imports a package from the first of these folders that has it.
 * @param {string} name
 * @param {string[]} roots
 * @returns {Promise<any>} the module
 */
export async function importFrom(name, roots) {
  const failures = []
  for (const root of roots) {
    try {
      const path = createRequire(join(root, 'package.json')).resolve(name)
      return await import(pathToFileURL(path).href)
    } catch (error) {
      failures.push(error)
    }
  }
  throw new BuildFailure(
    `the package ${name} is not installed in ${roots.join(' or ')}; run npm ci, or set NANOFLEET_REPO to a checkout`,
    { cause: new AggregateError(failures) },
  )
}
