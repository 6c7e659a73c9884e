#!/usr/bin/env node
// @ts-check
/**
 * `node buildspecs/python-lock.mjs <source>`: writes requirements.txt with a version and the hashes of each
 * package, for this machine's Python and for the one of images on AWS. What was in requirements.txt is kept
 * as requirements.in; pyproject.toml stays as it is. pip works out the versions, and takes wheels only.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { programEnvironment, python } from './settings.mjs'

const LOCK = 'requirements.txt'
const WANTED = 'requirements.in'

/** What the images of AWS have: the Python of images/bases.lock.json. */
const OTHERS = ['x86_64', 'aarch64'].map((machine) => ({
  machine,
  flags: [
    ...['--python-version', '3.13', '--implementation', 'cp'],
    ...['cp313', 'abi3', 'none'].flatMap((abi) => ['--abi', abi]),
    ...['manylinux2014', 'manylinux_2_17', 'manylinux_2_28'].flatMap((kind) => [
      '--platform',
      `${kind}_${machine}`,
    ]),
    ...['--target', 'nowhere'],
  ],
}))

/**
 * A lock in the form of pip: a line for each package, with its hashes.
 * @param {{name: string, version: string, sha256: string}[]} found
 * @returns {string}
 * @throws {BuildFailure} for two versions of one package
 */
export function lockText(found) {
  /** @type {Map<string, {version: string, hashes: Set<string>}>} */
  const packages = new Map()
  for (const { name, version, sha256 } of found) {
    const key = name.toLowerCase().replace(/[-_.]+/g, '-')
    const known = packages.get(key) ?? { version, hashes: new Set() }
    if (known.version !== version)
      throw new BuildFailure(`${key}: ${known.version} here and ${version} on AWS; name one version of it`)
    known.hashes.add(sha256)
    packages.set(key, known)
  }
  const lines = [...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { version, hashes }]) =>
      [`${name}==${version}`, ...[...hashes].sort().map((hash) => `    --hash=sha256:${hash}`)].join(' \\\n'),
    )
  return `${lines.join('\n')}\n`
}

/**
 * @param {string} source
 * @returns {number} how many packages are locked
 * @throws {BuildFailure}
 */
export function writePythonLock(source) {
  const [lock, wanted] = [join(source, LOCK), join(source, WANTED)]
  const from = [wanted, lock, join(source, 'pyproject.toml')].find((file) => existsSync(file))
  if (from === undefined) throw new BuildFailure(`${source}: has neither ${LOCK} nor pyproject.toml`)
  if (from === lock && readFileSync(lock, 'utf8').includes('--hash='))
    throw new BuildFailure(`${lock}: has hashes already`)
  const pins = mkdtempSync(join(tmpdir(), 'pins-'))
  try {
    const what = from.endsWith('.toml') ? [copied(source, join(pins, 'source'))] : ['-r', from]
    const own = resolved(source, what, [])
    const file = join(pins, 'constraints.txt')
    writeFileSync(file, own.map(({ name, version }) => `${name}==${version}\n`).join(''))
    const others = OTHERS.flatMap(({ machine, flags }) => {
      try {
        return resolved(source, what, [...flags, '-c', file])
      } catch (error) {
        const { message } = /** @type {Error} */ (error)
        process.stderr.write(
          `warning: ${message}; images of AWS on ${machine} cannot be built from this lock\n`,
        )
        return []
      }
    })
    const text = lockText([...own, ...others])
    if (from === lock) renameSync(lock, wanted)
    writeFileSync(lock, text)
    return own.length
  } finally {
    rmSync(pins, { recursive: true, force: true })
  }
}

/** What is no part of a project. */
const LEFT_OUT = ['.git', '.nanofleet', '.venv', '__pycache__', 'node_modules', 'venv']

/**
 * A project without what the tools beside it made: what builds it writes into its folder.
 * @param {string} source @param {string} copy
 * @returns {string} the copy, which pip takes for a folder and not for the name of a package
 */
function copied(source, copy) {
  cpSync(source, copy, { recursive: true, filter: (path) => !LEFT_OUT.includes(basename(path)) })
  return copy
}

/**
 * What pip would install.
 * @param {string} source @param {string[]} what @param {string[]} flags
 * @returns {{name: string, version: string, sha256: string}[]}
 */
function resolved(source, what, flags) {
  const dry = ['--dry-run', '--ignore-installed', '--only-binary', ':all:', '--quiet', '--report', '-']
  const quiet = ['--disable-pip-version-check', '--no-input']
  const { error, status, stdout } = spawnSync(
    python(),
    ['-m', 'pip', 'install', ...dry, ...quiet, ...flags, ...what],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      maxBuffer: 2 ** 28,
      env: programEnvironment({}),
    },
  )
  if (error) throw new BuildFailure(`cannot run ${python()}; install Python 3.10 or newer`, { cause: error })
  if (status !== 0) throw new BuildFailure(`${source}: pip finds no wheels of all packages`)
  const { install } = JSON.parse(stdout)
  return install
    .filter((/** @type {any} */ { download_info }) => download_info.archive_info?.hashes?.sha256)
    .map((/** @type {any} */ { metadata, download_info }) => ({
      name: metadata.name,
      version: metadata.version,
      sha256: download_info.archive_info.hashes.sha256,
    }))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const [source] = process.argv.slice(2)
    if (!source) throw new BuildFailure('usage: node buildspecs/python-lock.mjs <source>')
    process.stdout.write(`${writePythonLock(source)} packages in ${join(source, LOCK)}\n`)
  })
}
