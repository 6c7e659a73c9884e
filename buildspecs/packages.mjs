// @ts-check
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, sep } from 'node:path'
import { BuildFailure } from './failure.mjs'

/**
 * Packages that stay packages: they load a compiled part from a file next to them (sharp: libvips), which a
 * bundle cannot contain.
 */
export const NATIVE = ['sharp']

/**
 * Copies packages with everything they depend on, including the optional dependencies that are installed: npm
 * installs those for the platform that it runs on, which is the image's.
 * @param {readonly string[]} names
 * @param {string} target the folder node_modules to fill
 * @param {string[]} roots folders whose packages may be used; the first that has a package wins
 * @throws {BuildFailure} naming the package that is not installed
 */
export function copyPackages(names, target, roots) {
  /** @type {Set<string>} */
  const taken = new Set()
  /** @param {string} name @param {string} folder */
  const take = (name, folder) => {
    if (taken.has(folder)) return
    // A version that a package keeps in its own node_modules is copied with it.
    const within = [...taken].some((other) => folder.startsWith(`${other}${sep}`))
    if (!within) cpSync(folder, join(target, name), { recursive: true })
    taken.add(folder)
    const { dependencies = {}, optionalDependencies = {} } = readPackage(folder)
    for (const other of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = find(other, [folder])
      if (found) take(other, found)
      else if (!(other in optionalDependencies)) throw missing(other, [folder])
    }
  }
  for (const name of names) {
    const found = find(name, roots)
    if (!found) throw missing(name, roots)
    take(name, found)
  }
}

/**
 * @param {string} name
 * @param {string[]} places
 * @returns {string | undefined} the package's folder, as resolved from the first of these places
 */
const find = (name, places) =>
  places
    .flatMap((place) => createRequire(join(place, 'package.json')).resolve.paths(name) ?? [])
    .map((folder) => join(folder, name))
    .find((folder) => existsSync(join(folder, 'package.json')))

/** @param {string} name @param {string[]} places */
const missing = (name, places) =>
  new BuildFailure(`the package ${name} is not installed in ${places.join(' or ')}; run npm ci`)

/**
 * @param {string} folder
 * @returns {{dependencies?: Record<string, string>, optionalDependencies?: Record<string, string>}}
 */
const readPackage = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
