// @ts-check
import { BuildFailure } from './failure.mjs'

/**
 * A build's settings.
 * @typedef {object} BuildSettings
 * @property {string} app
 * @property {string} service
 * @property {string} hash content hash of the image
 * @property {string} stage
 * @property {string} bucket
 * @property {'x86_64' | 'arm64'} architecture
 * @property {string} region
 * @property {string} build what names this build among all others
 * @property {string | undefined} parent the snapshot of the image that this one replaces
 * @property {string | undefined} upstream the published image to build from, as Docker names it
 * @property {string[]} resolvers addresses for the image's resolv.conf
 * @property {string} root folder of the unpacked archive
 * @property {string | undefined} repository checkout with installed packages
 * @property {string | undefined} snapshots the folder for the images' disks
 * @property {string | undefined} programs the folder where the machine keeps linked programs
 */

/** The only place that reads a build's environment. @returns {BuildSettings} */
export const buildSettings = () => parseSettings(process.env, process.cwd())

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} folder the folder in which the build runs
 * @returns {BuildSettings}
 * @throws {BuildFailure} naming the variable that is missing or wrong
 */
export function parseSettings(env, folder) {
  const architecture = env.ARCH || 'x86_64'
  if (architecture !== 'x86_64' && architecture !== 'arm64') {
    throw new BuildFailure(`ARCH is ${JSON.stringify(architecture)}; it must be x86_64 or arm64`)
  }
  return {
    app: required(env, 'APP', NAME),
    service: required(env, 'SERVICE', NAME),
    hash: required(env, 'HASH', /^[0-9a-f]{8,64}$/),
    stage: required(env, 'STAGE', NAME),
    bucket: required(env, 'BUCKET', /^[a-z0-9.-]+$/),
    architecture,
    region: required(env, 'AWS_REGION', /^[a-z0-9-]+$/),
    build: env.CODEBUILD_BUILD_ID || `${process.pid}-${Date.now()}`,
    parent: env.PARENT ? required(env, 'PARENT', /^snap-[0-9a-f]+$/) : undefined,
    upstream: env.UPSTREAM ? required(env, 'UPSTREAM', IMAGE) : undefined,
    resolvers: (env.RESOLVERS ?? '').split(',').filter(Boolean),
    root: env.CODEBUILD_SRC_DIR || folder,
    repository: env.NANOFLEET_REPO || undefined,
    snapshots: env.NANOFLEET_SNAPSHOTS || undefined,
    programs: env.NANOFLEET_PROGRAMS || undefined,
  }
}

/** The checkout whose installed packages a build may use, if the machine names one. */
export const checkout = () => process.env.NANOFLEET_REPO || undefined

/** Where the machine keeps linked programs between builds, if it does. */
export const keptPrograms = () => process.env.NANOFLEET_PROGRAMS || undefined

/** The Python that installs packages: the local region's own, else the one on PATH. */
export const python = () => process.env.NANOFLEET_PYTHON || 'python3'

/** Where Java is, if the machine says so. */
export const javaHome = () => process.env.JAVA_HOME || undefined

/** The repository of Maven that jars come from; their checksums are in the lock. */
export const mavenRepository = () => process.env.NANOFLEET_MAVEN || 'https://repo.maven.apache.org/maven2'

/** The folder that is OPS_HOME on a machine that has ops and a release of Nanos. */
export const machineTools = () => process.env.OPS_HOME || undefined

export const searchPath = () => process.env.PATH ?? ''

/**
 * The environment of a program that a build starts.
 * @param {Record<string, string>} additions
 */
export const programEnvironment = (additions) => ({ ...process.env, ...additions })

const NAME = /^[a-z][a-z0-9-]*$/
const IMAGE = /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)+:[\w.-]+(@sha256:[0-9a-f]{64})?$/

/**
 * @param {Record<string, string | undefined>} env
 * @param {string} name
 * @param {RegExp} pattern
 */
function required(env, name, pattern) {
  const value = env[name] ?? ''
  if (!pattern.test(value))
    throw new BuildFailure(`${name} is ${JSON.stringify(value)}; it must match ${pattern}`)
  return value
}
