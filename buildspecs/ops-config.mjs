// @ts-check
import { BuildFailure } from './failure.mjs'

/** The keys of ops' configuration in the letters of Go; a push has checked what they hold. */
export const CONFIG_KEYS = [
  ...['Args', 'BaseVolumeSz', 'Boot', 'BuildDir', 'CloudConfig', 'Debugflags', 'Description', 'Dirs'],
  ...['DisableArgsCopy', 'Env', 'Files', 'Force', 'Kernel', 'KlibDir', 'Klibs', 'Language'],
  ...['LocalFilesParentDirectory', 'ManifestPassthrough', 'MapDirs', 'Mounts', 'NameServers', 'NanosVersion'],
  ...['NightlyBuild', 'NoTrace', 'PackageBaseURL', 'PackageManifestURL', 'Program', 'ProgramPath'],
  ...['RebootOnExit', 'RunConfig', 'TFSv4', 'TargetConfig', 'TargetRoot', 'Uefi', 'UefiBoot', 'Version'],
  ...['VolumesDir', 'home'],
]

/**
 * The configuration with its keys in the letters of Go and without those that are null: ops reads them in any
 * case, while ours look for `Program`, `Args`, `Env` and `Klibs`.
 * @param {Record<string, any>} config
 * @returns {Record<string, any>}
 */
export function canonicalConfig(config) {
  const names = new Map(CONFIG_KEYS.map((name) => [folded(name), name]))
  return Object.fromEntries(
    Object.entries(config)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [names.get(folded(key)) ?? key, value]),
  )
}

/**
 * How Go compares the names of keys: two letters beyond ASCII fold to `s` and `k`.
 * @param {string} name
 */
const folded = (name) => name.toLowerCase().replaceAll('ſ', 's')

/**
 * The absolute path of the program in the image.
 * @param {Record<string, any>} config the service's config.json
 * @param {string} place its file
 * @throws {BuildFailure}
 */
export function programOf({ Program: program }, place) {
  if (typeof program === 'string' && program.startsWith('/')) return program
  throw new BuildFailure(`${place}: Program is missing; set it to the program's absolute path`)
}

/**
 * ops writes a line for each server and knows no other line: the last server brings the one by which a name
 * without a dot, such as `redis`, is the service of that name.
 * @param {string[]} resolvers
 */
const searching = (resolvers) =>
  resolvers.map((each, index) => (index < resolvers.length - 1 ? each : `${each}\nsearch service.consul`))

/**
 * The configuration with which ops makes the disk image: the service's own and what the stage adds. The
 * program is left out, because the package names it, and ops would take a second one for an argument.
 * @param {Record<string, any>} config the service's config.json
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {string} nanosVersion
 * @returns {Record<string, any>}
 */
export function imageConfig({ Program: _program, Klibs: klibs, ...own }, settings, nanosVersion) {
  return {
    ...own,
    NanosVersion: nanosVersion,
    NameServers: searching(settings.resolvers),
    // `userdata` gives the program its environment at boot; it talks to the metadata service through `tls`.
    Klibs: [...new Set([...(klibs ?? []), 'tls', 'userdata'])],
    // EC2's arm64 machines know no other way to boot ("Boot modes").
    ...(settings.architecture === 'arm64' && { Uefi: true }),
  }
}
