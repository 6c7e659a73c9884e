// @ts-check
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
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
