// @ts-check
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { programEnvironment } from './settings.mjs'

/**
 * Copies a folder of JavaScript as it is, with the packages of its own lock file in `node_modules`. Only
 * packages whose checksum the lock file has are installed, and none of their scripts runs.
 * @param {string} source
 * @param {string} out
 * @throws {BuildFailure} when packages are named but not locked, or npm refuses them
 */
export function packJavaScript(source, out) {
  cpSync(source, out, { recursive: true })
  if (!existsSync(join(source, 'package.json'))) return
  const { dependencies = {}, optionalDependencies = {} } = read(source, 'package.json')
  if (Object.keys({ ...dependencies, ...optionalDependencies }).length === 0) return
  if (!existsSync(join(source, 'package-lock.json')))
    throw new BuildFailure(
      `${source}/package.json: has dependencies, and package-lock.json is missing; run npm install --package-lock-only there`,
    )
  refuseUnchecked(source)
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
  const { error, status } = spawnSync('npm', args, {
    cwd: out,
    stdio: 'inherit',
    env: programEnvironment({ NODE_ENV: 'production' }),
  })
  if (error) throw new BuildFailure('cannot run npm; put it on PATH', { cause: error })
  if (status !== 0) throw new BuildFailure(`${source}: npm ci ended with status ${status}`)
}

/**
 * npm installs a package without a checksum unchecked, such as one from git.
 * @param {string} source
 */
function refuseUnchecked(source) {
  const { packages = {} } = read(source, 'package-lock.json')
  for (const [place, { integrity, link, dev, inBundle }] of Object.entries(packages)) {
    if (place === '' || integrity || link || dev || inBundle || !place.includes('node_modules/')) continue
    throw new BuildFailure(
      `${source}/package-lock.json: ${place} has no integrity; take the package from a registry`,
    )
  }
}

/**
 * @param {string} source
 * @param {string} name
 * @returns {Record<string, Record<string, any>>}
 */
function read(source, name) {
  try {
    return JSON.parse(readFileSync(join(source, name), 'utf8'))
  } catch (error) {
    throw new BuildFailure(`${source}/${name}: cannot be read as JSON`, { cause: error })
  }
}
