// @ts-check
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imageFolder } from './archive.mjs'
import { ARCHITECTURES, containerRoot } from './container.mjs'
import { BuildFailure } from './failure.mjs'
import { imageConfig, programOf } from './ops-config.mjs'
import { releaseFolder } from './tools.mjs'

/** ops takes what stands before the first dot for the name, so there is none in it. */
const NAME = 'image'

/**
 * Makes the disk image of a service: its container's file system, the kernel and the klibs of Nanos.
 *
 * ops says of some faults only a line and ends with 0: a klib that it does not have, a program that is not in
 * the package. Those are looked for here.
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {Record<string, any>} config the service's config.json
 * @param {string | undefined} base the mirrored image that the Dockerfile starts from
 * @param {import('./tools.mjs').Tools} tools
 * @param {import('./commands.mjs').Run} run
 * @returns {Promise<string>} the file
 */
export async function makeDiskImage(settings, config, base, tools, run) {
  const { architecture } = settings
  const program = programOf(config, `${imageFolder(settings)}/config.json`)
  const folder = join(tools.home, '.ops', 'local_packages', ARCHITECTURES[architecture], NAME)
  mkdirSync(folder, { recursive: true })
  const root = join(folder, 'sysroot')
  await containerRoot(settings, base, root, run)
  if (!existsSync(join(root, program)))
    throw new BuildFailure(
      `the container has no ${program}; correct Program in config.json or the Dockerfile`,
    )
  const final = imageConfig(config, settings, tools.version)
  requireRelease(final, releaseFolder(tools.home, tools.version, architecture))
  // The program's name for itself comes first; the arguments of config.json follow.
  write(join(folder, 'package.manifest'), { Program: program, Args: [program] })
  const work = join(tools.home, 'work')
  mkdirSync(work)
  write(join(work, 'config.json'), final)
  const said = await run({
    program: tools.program,
    args: opsArguments(settings, tools),
    env: opsEnvironment(tools),
    cwd: work,
  })
  const disk = join(tools.home, '.ops', 'images', NAME)
  // ops ends without an error when it refuses a configuration.
  if (!existsSync(disk)) throw new BuildFailure(`ops made no disk image: ${firstLine(said)}`)
  return disk
}

/**
 * @param {import('./settings.mjs').BuildSettings} settings
 * @param {import('./tools.mjs').Tools} tools
 */
const opsArguments = ({ architecture }, { version }) => [
  ...['image', 'create', '--package', NAME, '--local', '--arch', ARCHITECTURES[architecture]],
  ...['--config', 'config.json', '--target-cloud', 'onprem', '--imagename', NAME, '--nanos-version', version],
  // Otherwise ops copies a file of this machine into the image if an argument happens to name one.
  '--disable-args-copy',
]

/**
 * HOME as well: ops reads a file of its user's home.
 * @param {import('./tools.mjs').Tools} tools
 */
const opsEnvironment = ({ home }) => ({ OPS_HOME: home, HOME: home })

/**
 * @param {Record<string, any>} config for ops
 * @param {string} folder the release of Nanos
 */
function requireRelease({ Klibs: klibs, Uefi: uefi }, folder) {
  if (uefi && !readdirSync(folder).some((name) => name.endsWith('.efi')))
    throw new BuildFailure('this release of Nanos has no loader for UEFI; choose another version')
  const missing = klibs.filter((/** @type {string} */ name) => !existsSync(join(folder, 'klibs', name)))
  if (missing.length === 0) return
  throw new BuildFailure(
    `this release of Nanos has no klib ${missing.join(', ')}; correct Klibs in config.json`,
  )
}

/**
 * @param {string} file
 * @param {object} content
 */
const write = (file, content) => writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`)

/** @param {string} text */
const firstLine = (text) =>
  text
    .split('\n')
    .find((line) => line.trim() !== '')
    ?.trim() ?? 'it said nothing'
