import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { capture } from './jobs.mjs'

const REMEDY = `package-lock.json must list the packages of every system and no host. Copy package.json, .npmrc and
package-lock.json into an empty folder, run \`npm install --package-lock-only --ignore-scripts\` there and copy the
lock file back: next to a node_modules, npm leaves out what this system does not need.
`

/**
 * Whether `npm ci` can install from the folder's package.json and package-lock.json, on any system and from
 * any registry: `{code, output, seconds}`. Installs nothing and does not use the network.
 */
export async function checkLockFile(folder) {
  // Shows npm's reasons even if `npm test --silent` has silenced npm.
  const dryRun = [
    'ci',
    '--dry-run',
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ]
  const result = await capture('npm', ['--prefix', folder, ...dryRun])
  const hosts = withHost(JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')))
  if (result.code === 0 && hosts.length === 0) return result
  const named = hosts.map((name) => `${name} names the host that it came from\n`).join('')
  return { ...result, code: 1, output: `${reasons(result)}${named}${REMEDY}` }
}

function withHost({ packages }) {
  return Object.keys(packages).filter((name) => packages[name].resolved !== undefined)
}

/** npm's objections to the lock file, without its help text for `npm ci`. */
function reasons({ code, output }) {
  if (code === 0) return ''
  return output.replace(/^npm error Clean install a project[\s\S]*/m, '')
}
