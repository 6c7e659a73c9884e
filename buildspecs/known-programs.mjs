// @ts-check
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'

/** Programs of others that set-up provides, where the machine keeps its linked programs; `npm run setup` names them. */
const KNOWN = ['redis-server']

/**
 * The program that stands in for the one of a Dockerfile without a source of ours: the `Program` of its config.json, when it
 * is one of those that set-up provides.
 * @param {Record<string, any>} config the service's config.json
 * @param {string | undefined} programs folder in which the machine keeps linked programs
 * @returns {string | undefined} the file; undefined for a program that nobody provides
 * @throws {BuildFailure} when it should be there and is not
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
 * Puts the file where `Program` says in an image's file system. Its libraries are those of this machine, where the image is
 * started.
 * @param {string} file
 * @param {Record<string, any>} config
 * @param {string} root folder that stands for the image's `/`
 */
export function installProgram(file, { Program }, root) {
  const target = join(root, Program)
  mkdirSync(dirname(target), { recursive: true })
  copyFileSync(file, target)
}
