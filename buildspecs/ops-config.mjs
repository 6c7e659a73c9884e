// @ts-check
import { imageFolder } from './archive.mjs'
import { BuildFailure } from './failure.mjs'

/**
 * The absolute path of the program in the image.
 * @param {Record<string, any>} config the service's config.json
 * @param {import('./settings.mjs').BuildSettings} settings
 * @throws {BuildFailure}
 */
export function programOf(config, settings) {
  const { Program: program } = byKey(config)
  if (typeof program === 'string' && program.startsWith('/')) return program
  throw new BuildFailure(
    `${imageFolder(settings)}/config.json: Program is missing; set it to the program's absolute path`,
  )
}

/**
 * The configuration with which ops makes the disk image: the service's own and what the stage adds. The
 * program is left out, because the package names it, and ops would take a second one for an argument.
 * @param {Record<string, any>} config the service's config.json
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string} nanosVersion
 * @returns {Record<string, any>}
 */
export function imageConfig(config, settings, nanosVersion) {
  const { Program: _program, Klibs: klibs, ...own } = byKey(config)
  return {
    ...own,
    NanosVersion: nanosVersion,
    NameServers: settings.resolvers,
    // `userdata` gives the program its environment at boot; it talks to the metadata service through `tls`.
    Klibs: [...new Set([...(klibs ?? []), 'tls', 'userdata'])],
  }
}

/**
 * ops reads keys in any case, as Go does; those that are replaced here are found in any case too.
 * @param {Record<string, any>} config
 * @returns {Record<string, any>}
 */
function byKey(config) {
  const known = ['Program', 'Klibs', 'NanosVersion', 'NameServers']
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      known.find((name) => name.toLowerCase() === key.toLowerCase()) ?? key,
      value,
    ]),
  )
}
