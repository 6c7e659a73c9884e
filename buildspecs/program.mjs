#!/usr/bin/env node
// @ts-check
/**
 * Copies a program with just what it needs to run, for an image without a distribution:
 * `node buildspecs/program.mjs <program> <root> [--from <folder>]`. The program, the libraries it is linked
 * with, those of the libraries that are in the root already, and the dynamic linker come into `<root>`, each
 * where it was, all without symbols. `--from`: the file system that they are taken from; `/` otherwise.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { isElf, readElf, withoutSymbols } from './elf.mjs'
import { BuildFailure, runScript } from './failure.mjs'

/** Where Debian's linker looks ("ld.so(8)"); a machine has its own architecture's folders only. */
const FOLDERS = ['/lib/x86_64-linux-gnu', '/lib/aarch64-linux-gnu', '/lib64', '/lib', '/usr/lib'].flatMap(
  (folder) => (folder.startsWith('/lib/') ? [folder, `/usr${folder}`, `/usr/local${folder}`] : [folder]),
)

/**
 * @param {string} program absolute path, as the program is started
 * @param {string} root the folder that is the image's `/`
 * @param {string} [from] the file system that it is taken from
 * @param {string[]} [loaded] names of libraries that the program loads itself, before any other needs them
 * @returns {string[]} what was copied, absolute paths of the image
 * @throws {BuildFailure} for a program or library that is not there
 */
export function copyProgram(program, root, from = '/', loaded = []) {
  const tree = realpathSync(from)
  /** @type {Set<string>} */
  const copied = new Set()
  /** @param {string} path @param {string} neededBy */
  const copy = (path, neededBy) => {
    if (copied.has(path)) return
    copied.add(path)
    const source = inside(tree, path)
    if (source === undefined) throw missing(path, neededBy)
    const content = readFileSync(source)
    const elf = readElf(content, path)
    const target = join(root, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, withoutSymbols(content, elf))
    chmodSync(target, 0o755)
    if (elf.loader) copy(elf.loader, path)
    libraries(elf, path, path, copy)
  }
  /**
   * @param {import('./elf.mjs').Elf} elf
   * @param {string} place where the file is in the image
   * @param {string} name for a failure
   * @param {(path: string, neededBy: string) => void} take
   */
  const libraries = (elf, place, name, take) => {
    const own = elf.paths.map((path) => resolve(path.replaceAll(/\$ORIGIN|\$\{ORIGIN\}/g, dirname(place))))
    for (const needed of elf.needed) {
      if (loaded.includes(needed) || own.some((folder) => existsSync(join(root, folder, needed)))) continue
      const found = [...own, ...FOLDERS]
        .map((folder) => join(folder, needed))
        .find((path) => inside(tree, path))
      if (!found) throw missing(needed, name)
      take(found, name)
    }
  }
  const present = filesBelow(root)
  // Programs expect a folder for temporary files.
  mkdirSync(join(root, 'tmp'), { recursive: true })
  copy(program, 'the image')
  for (const file of present) {
    const content = readFileSync(file)
    if (!isElf(content)) continue
    const place = `/${relative(root, file)}`
    libraries(readElf(content, place), place, place, copy)
  }
  return [...copied].sort()
}

/**
 * The file that a path of a tree leads to, links followed within the tree.
 * @param {string} tree
 * @param {string} path
 * @returns {string | undefined}
 */
function inside(tree, path) {
  let rest = path.split('/').filter(Boolean)
  let at = tree
  for (let step = 0; rest.length > 0; step++) {
    const [name = '', ...others] = rest
    const next = join(at, name)
    const found = lstatSync(next, { throwIfNoEntry: false })
    if (!found || step > 100) return undefined
    if (found.isSymbolicLink()) {
      const target = readlinkSync(next)
      rest = [...target.split('/').filter(Boolean), ...others]
      if (target.startsWith('/')) at = tree
      continue
    }
    at = name === '..' && at === tree ? tree : next
    rest = others
  }
  return lstatSync(at).isFile() ? at : undefined
}

/**
 * @param {string} folder
 * @returns {string[]} the files below, links aside
 */
function filesBelow(folder) {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** @param {string} what @param {string} by */
const missing = (what, by) => new BuildFailure(`${what}, which ${by} needs, is not there; install it first`)

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { from: { type: 'string', default: '/' } },
    })
    const [program, root] = positionals
    if (!program?.startsWith('/') || !root)
      throw new BuildFailure('usage: node buildspecs/program.mjs </program> <root> [--from <folder>]')
    for (const path of copyProgram(program, root, values.from)) process.stdout.write(`${path}\n`)
  })
}
