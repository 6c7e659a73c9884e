// @ts-check
/**
 * The programs and files that make a disk image: nanovms/ops and a release of Nanos, in the versions and with
 * the digests of `tools.lock.json`. A machine that has them says where in OPS_HOME; CodeBuild's fetches them.
 */
import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { machineTools, searchPath } from './settings.mjs'

/**
 * @typedef {'x86_64' | 'arm64'} Architecture
 * @typedef {{version: string, url: Record<Architecture, string>, sha256: Record<Architecture, string>}} Tool
 * @typedef {{ops: Tool, nanos: Tool}} ToolsLock
 * @typedef {{program: string, home: string, version: string}} Tools the program, the folder that is OPS_HOME
 * for it, and the version of Nanos
 */

/** The text of a digest that nobody has looked up yet. */
export const UNKNOWN = 'unknown'

const PLACE = 'buildspecs/tools.lock.json'

/** @returns {ToolsLock} */
export const toolsLock = () => JSON.parse(readFileSync(new URL('tools.lock.json', import.meta.url), 'utf8'))

/**
 * Where ops looks for a release: it takes a path with "arm" in it for one of arm64.
 * @param {string} home
 * @param {string} version
 * @param {Architecture} architecture
 */
export const releaseFolder = (home, version, architecture) =>
  join(home, '.ops', architecture === 'arm64' ? `${version}-arm` : version)

/**
 * An own home for ops in a build's folder, with the release of Nanos in its place.
 * @param {Architecture} architecture
 * @param {string} folder an empty folder, for what is fetched
 * @param {import('./commands.mjs').Run} run
 * @returns {Promise<Tools>}
 * @throws {BuildFailure} for a digest that is unknown or differs, before anything is run
 */
export async function prepareTools(architecture, folder, run) {
  const lock = toolsLock()
  const home = opsHome()
  const release = releaseFolder(home, lock.nanos.version, architecture)
  mkdirSync(dirname(release), { recursive: true })
  // ops asks for the newest release whenever it starts. Without an answer and without this file it ends.
  writeFileSync(join(dirname(release), 'latest.txt'), lock.nanos.version)
  const installed = machineTools()
  if (installed) {
    const kept = releaseFolder(installed, lock.nanos.version, architecture)
    if (!existsSync(join(kept, 'kernel.img')))
      throw new BuildFailure(`OPS_HOME has no Nanos ${lock.nanos.version}: there is no ${kept}/kernel.img`)
    symlinkSync(kept, release)
    return { program: programOnPath(), home, version: lock.nanos.version }
  }
  const archive = await fetched('nanos', lock, architecture, join(folder, 'nanos.tar.gz'), run)
  mkdirSync(release)
  await run({ program: 'tar', args: ['--extract', '--gzip', '--file', archive, '--directory', release] })
  const program = await fetched('ops', lock, architecture, join(folder, 'ops'), run)
  chmodSync(program, 0o755)
  return { program, home, version: lock.nanos.version }
}

/**
 * A new folder whose path does not have "arm" in it.
 * @throws {BuildFailure} when every temporary folder's path has it
 */
function opsHome() {
  for (let attempt = 0; attempt < 20; attempt++) {
    const folder = mkdtempSync(join(tmpdir(), 'ops-'))
    if (!folder.includes('arm')) return folder
  }
  throw new BuildFailure(
    `${tmpdir()} has "arm" in it, by which ops takes every image for one of arm64; set TMPDIR to another folder`,
  )
}

/**
 * Fetches a tool and checks its digest.
 * @param {'ops' | 'nanos'} name
 * @param {ToolsLock} lock
 * @param {Architecture} architecture
 * @param {string} file
 * @param {import('./commands.mjs').Run} run
 */
async function fetched(name, lock, architecture, file, run) {
  const { version, url, sha256 } = lock[name]
  const what = `${name} ${version} for ${architecture}`
  if (sha256[architecture] === UNKNOWN)
    throw new BuildFailure(
      `${PLACE} does not know the SHA-256 of ${what}; run "npx nanofleet lock", commit the file and push again`,
    )
  const args = ['--fail', '--silent', '--show-error', '--location', '--retry', '3', '--output', file]
  await run({ program: 'curl', args: [...args, url[architecture]] })
  const digest = createHash('sha256').update(readFileSync(file)).digest('hex')
  if (digest !== sha256[architecture])
    throw new BuildFailure(
      `${url[architecture]} has the SHA-256 ${digest}, ${PLACE} has ${sha256[architecture]} for ${what}; nothing of it was run`,
    )
  return file
}

/** @returns {string} the program ops */
function programOnPath() {
  const found = searchPath()
    .split(delimiter)
    .map((folder) => join(folder, 'ops'))
    .find((file) => existsSync(file))
  if (!found) throw new BuildFailure('OPS_HOME is set, but there is no program ops on PATH')
  return found
}
