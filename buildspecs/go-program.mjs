// @ts-check
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { BuildFailure } from './failure.mjs'

/** Folders of a module that hold no program of it. */
const OTHERS = /^(vendor|testdata|node_modules|\..*|_.*)$/

/**
 * The package of a module that is the program: the one at its root, else its only one, else the one with a
 * wanted name, such as `./cmd/web`.
 * @param {string} source
 * @param {readonly string[]} names what the program may be called, the surest first
 * @returns {string} as `go` takes it
 * @throws {BuildFailure} when there is none, or nothing tells which
 */
export function programOf(source, names) {
  const found = mainPackages(source, '.')
  if (found.includes('.') || found.length === 0) return '.'
  const named = names.flatMap((name) => found.filter((folder) => basename(folder) === name))
  const [chosen] = found.length === 1 ? found : named
  if (chosen !== undefined) return chosen
  throw new BuildFailure(
    `${source}: has the programs ${found.join(', ')}; call the service or Program like one of them`,
  )
}

/** @param {string} source @param {string} folder @returns {string[]} */
function mainPackages(source, folder) {
  const entries = readdirSync(join(source, folder), { withFileTypes: true })
  const isMain = entries.some(
    (entry) =>
      entry.isFile() && /(?<!_test)\.go$/.test(entry.name) && isProgram(join(source, folder, entry.name)),
  )
  const below = entries
    .filter((entry) => entry.isDirectory() && !OTHERS.test(entry.name))
    .map(({ name }) => (folder === '.' ? `./${name}` : `${folder}/${name}`))
    .filter((each) => !existsSync(join(source, each, 'go.mod')))
  return [...(isMain ? [folder] : []), ...below.flatMap((each) => mainPackages(source, each))]
}

/** @param {string} file */
function isProgram(file) {
  const text = readFileSync(file, 'utf8')
  return /^package main\b/m.test(text) && /^func main\(\)/m.test(text) && !/^\/\/go:build ignore/m.test(text)
}
