// @ts-check
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BuildFailure } from './failure.mjs'
import { programEnvironment, python } from './settings.mjs'

const LOCK = 'requirements.txt'
const HOST = fileURLToPath(new URL('python_host.py', import.meta.url))
const PROJECT = fileURLToPath(new URL('python_project.py', import.meta.url))

/**
 * Copies a Python project as it is, with the packages of its lock beside it: Python finds what is in the
 * folder of the program that it starts. Only wheels whose SHA-256 the lock has are installed, so nothing of a
 * package runs here.
 * @param {string} source
 * @param {string} out
 * @throws {BuildFailure} when packages are named but not locked, this Python is too old, or pip refuses them
 */
export function packPython(source, out) {
  const lock = join(source, LOCK)
  const problem = run(source, [PROJECT, source, ...(existsSync(lock) ? ['locked'] : [])])
  if (problem !== '') throw new BuildFailure(`${source}/pyproject.toml: ${problem}`)
  if (existsSync(lock)) {
    const checked = ['--require-hashes', '--no-deps', '--only-binary', ':all:', '--no-compile']
    const quiet = ['--disable-pip-version-check', '--no-input', '--quiet']
    run(source, ['-m', 'pip', 'install', ...quiet, ...checked, '--target', out, '-r', lock])
  }
  // Its own files win over those of packages.
  cpSync(source, out, { recursive: true })
}

/**
 * Puts this machine's Python into an image's file system as a virtual environment, so that a program finds
 * the standard library there and no package of the machine.
 * @param {string} program `Program` of config.json
 * @param {string} root the folder that is the image's `/`
 */
export function installPython(program, root) {
  const said = run('Python', ['-c', 'import sys; print(getattr(sys, "_base_executable", sys.executable))'])
  const target = join(root, program)
  mkdirSync(dirname(target), { recursive: true })
  symlinkSync(said, target)
  const home = `home = ${dirname(said)}\ninclude-system-site-packages = false\n`
  const folder = dirname(dirname(target))
  writeFileSync(join(folder, 'pyvenv.cfg'), home)
  const version = run('Python', ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'])
  const packages = join(folder, 'lib', `python${version}`, 'site-packages')
  mkdirSync(packages, { recursive: true })
  cpSync(HOST, join(packages, 'sitecustomize.py'))
}

/**
 * @param {string} source for a failure
 * @param {string[]} args
 * @returns {string} what it prints
 */
function run(source, args) {
  const { error, status, stdout } = spawnSync(python(), args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: programEnvironment({ PIP_ROOT_USER_ACTION: 'ignore' }),
  })
  if (error) throw new BuildFailure(`cannot run ${python()}; install Python 3.10 or newer`, { cause: error })
  if (status !== 0) {
    const unhashed = args.includes('--require-hashes')
      ? `: ${LOCK} must name every package with its version and --hash; pip-compile --generate-hashes or uv export write it so`
      : ''
    throw new BuildFailure(`${source}: ${args.slice(0, 3).join(' ')} ended with status ${status}${unhashed}`)
  }
  return stdout.trim()
}
