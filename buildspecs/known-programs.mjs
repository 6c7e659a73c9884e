// @ts-check
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'

/**
 * Third-party programs that set-up puts where the machine keeps its linked programs; `npm run setup` names
 * them.
 */
const KNOWN = ['redis-server']

/**
 * The program that replaces the one from a Dockerfile without our own source: the `Program` in its
 * config.json, if set-up provides it.
 * @param {Record<string, any>} config the service's config.json
 * @param {string | undefined} programs the folder where the machine keeps linked programs
 * @returns {string | undefined} the file; undefined for a program that set-up does not provide
 * @throws {BuildFailure} when it should exist and does not
 */
export function knownProgram({ Program }, programs) {
  const name = basename(String(Program ?? ''))
  if (!KNOWN.includes(name)) return undefined
  const file = programs && join(programs, name)
  if (!file || !existsSync(file)) {
    throw new BuildFailure(`there is no ${name} in ${programs ?? 'NANOFLEET_PROGRAMS'}; run npm run setup`)
  }
  return file
}

/**
 * Puts the file into an image's file system, where `Program` says. It uses the libraries of this machine,
 * where the image is started.
 * @param {string} file
 * @param {Record<string, any>} config
 * @param {string} root the folder that is the image's `/`
 */
export function installProgram(file, { Program }, root) {
  const target = join(root, Program)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(file, target)
}
