#!/usr/bin/env node
// @ts-check
/**
 * Compiles the source of a service: `node buildspecs/compile.mjs <source> <out>`, run from the root of the archive.
 * A folder with go.mod becomes `<out>/program`, a folder with main.ts becomes `<out>/main.mjs`; its folders `static/` and
 * `assets/` come along.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { importFrom, moduleRoots } from './modules.mjs'
import { checkout, programEnvironment } from './settings.mjs'

/** Folders of files that a program reads while it runs. */
const DATA = ['static', 'assets']

/**
 * Packages written for CommonJS call `require` and use `__dirname`, which a module does not have.
 */
const COMMONJS = [
  "import { createRequire as __createRequire } from 'node:module'",
  "import { dirname as __directoryOf } from 'node:path'",
  "import { fileURLToPath as __pathOf } from 'node:url'",
  'const require = __createRequire(import.meta.url)',
  'const __filename = __pathOf(import.meta.url)',
  'const __dirname = __directoryOf(__filename)',
].join('\n')

/**
 * @typedef {object} CompileOptions
 * @property {string} root folder of the unpacked archive
 * @property {string} [repository] checkout with installed packages, for builds that install none of their own
 * @property {string} [architecture] x86_64 or arm64; that of this machine unless given
 */

/**
 * @param {string} source folder of the service's source
 * @param {string} out folder for what the service needs at run time
 * @param {CompileOptions} options
 * @throws {BuildFailure} when the compiler refuses the source or there is nothing to compile
 */
export async function compile(source, out, { root, repository, architecture }) {
  mkdirSync(out, { recursive: true })
  if (existsSync(join(source, 'go.mod'))) compileGo(source, out, architecture)
  else if (existsSync(join(source, 'main.ts'))) await compileNode(source, out, moduleRoots(root, repository))
  else throw new BuildFailure(`${source}: there is neither go.mod nor main.ts; a source needs one of them`)
  for (const name of DATA) {
    if (existsSync(join(source, name))) cpSync(join(source, name), join(out, name), { recursive: true })
  }
}

/**
 * @param {string} source
 * @param {string} out
 * @param {string | undefined} architecture
 */
function compileGo(source, out, architecture) {
  const target = architecture === undefined ? {} : { GOARCH: architecture === 'arm64' ? 'arm64' : 'amd64' }
  const arguments_ = [
    'build',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags',
    '-s -w',
    '-o',
    join(resolve(out), 'program'),
    '.',
  ]
  const { error, status } = spawnSync('go', arguments_, {
    cwd: source,
    stdio: 'inherit',
    env: programEnvironment({ ...target, CGO_ENABLED: '0', GOOS: 'linux' }),
  })
  if (error)
    throw new BuildFailure('the program go cannot be started; install Go or put it on PATH', { cause: error })
  if (status !== 0) throw new BuildFailure(`${source}: go build ended with status ${status}`)
}

/**
 * @param {string} source
 * @param {string} out
 * @param {string[]} roots
 */
async function compileNode(source, out, roots) {
  const esbuild = await importFrom('esbuild', roots)
  try {
    await esbuild.build({
      entryPoints: [join(source, 'main.ts')],
      outfile: join(out, 'main.mjs'),
      nodePaths: roots.map((root) => join(root, 'node_modules')),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      keepNames: true,
      banner: { js: COMMONJS },
      logLevel: 'warning',
    })
  } catch (error) {
    throw new BuildFailure(`${source}: esbuild refuses main.ts`, { cause: error })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const [source, out] = process.argv.slice(2)
    if (!source || !out) throw new BuildFailure('usage: node buildspecs/compile.mjs <source> <out>')
    const repository = checkout()
    await compile(source, out, { root: process.cwd(), ...(repository ? { repository } : {}) })
  })
}
