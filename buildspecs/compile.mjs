#!/usr/bin/env node
// @ts-check
/**
 * Compiles a service's source: `node buildspecs/compile.mjs <source> <out>`, run from the root of the
 * archive. A folder with go.mod or main.go becomes `<out>/program`, one with main.ts `<out>/main.mjs` and a
 * map of its sources for traces; its folders `static/` and `assets/` come along, and so do packages with a
 * compiled part, in `<out>/node_modules`. JavaScript and Python are copied with their locked packages, Java
 * becomes `<out>/app.jar`.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { BuildFailure, runScript } from './failure.mjs'
import { ownAddress } from './go-host.mjs'
import { programOf } from './go-program.mjs'
import { packJava } from './java.mjs'
import { packJavaScript } from './javascript.mjs'
import { KNOWN, languageOf } from './languages.mjs'
import { importFrom, moduleFolders, moduleRoots } from './modules.mjs'
import { copyPackages, NATIVE } from './packages.mjs'
import { packPython } from './python.mjs'
import { checkout, keptPrograms, programEnvironment } from './settings.mjs'
import { keepOwnSources, TRACES } from './traces.mjs'
import { wasmInside } from './wasm-inside.mjs'

/** Folders with files that a program reads at run time. */
const DATA = ['static', 'assets']

/** What services import from the package Nanofleet, and where a push puts it. */
const LIBRARY = 'nanofleet/lib'

/**
 * CommonJS packages call `require` and use `__dirname`, which do not exist in a module.
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
 * @property {string | undefined} [repository] checkout with installed packages, for builds that install none
 * themselves
 * @property {string | undefined} [architecture] x86_64 or arm64; this machine's by default
 * @property {string | undefined} [programs] where a machine keeps linked programs between builds; for its own
 * architecture
 * @property {string[]} [names] what the program may be called, for a Go module that has several
 */

/**
 * @param {string} source the folder with the service's source
 * @param {string} out the folder for what the service needs at run time
 * @param {CompileOptions} options
 * @throws {BuildFailure} when the compiler refuses the source or there is nothing to compile
 */
export async function compile(source, out, { root, repository, architecture, programs, names = [] }) {
  mkdirSync(out, { recursive: true })
  switch (languageOf(source)) {
    case 'go':
      compileGo(source, join(resolve(out), 'program'), { root, architecture, programs, names })
      break
    case 'typescript':
      await compileNode(source, out, { root, repository })
      addJobLoader(out)
      break
    case 'javascript':
      addJobLoader(out)
      return packJavaScript(source, out)
    case 'python':
      return packPython(source, out)
    case 'java':
      return packJava(source, out, programs)
    default:
      throw new BuildFailure(`${source}: has none of ${KNOWN}; a source needs one of them`)
  }
  for (const name of DATA) {
    if (existsSync(join(source, name))) cpSync(join(source, name), join(out, name), { recursive: true })
  }
}

/**
 * Beside each program for Node; a job's user data names it (`core/jobs/loader.ts`).
 * @param {string} out
 */
function addJobLoader(out) {
  copyFileSync(join(import.meta.dirname, 'job-loader.mjs'), join(out, 'nanofleet-job.mjs'))
}

/** The same flags everywhere: with others, all packages are compiled again. */
const GO_FLAGS = ['-trimpath', '-buildvcs=false', '-ldflags', '-s -w']

/**
 * @param {string} source
 * @param {string} program the file to write
 * @param {CompileOptions} options
 */
function compileGo(source, program, { root, architecture, programs, names = [] }) {
  // A Dockerfile may make the module of a program that has none ("go mod init").
  if (!existsSync(join(source, 'go.mod'))) go(source, ['mod', 'init', basename(resolve(source))], {})
  const main = programOf(source, names)
  if (programs === undefined) {
    const target = architecture === undefined ? {} : { GOARCH: architecture === 'arm64' ? 'arm64' : 'amd64' }
    go(source, ['build', ...GO_FLAGS, '-o', program, main], target)
    return
  }
  // `go install` leaves an up-to-date program alone; `go build` links it again, 6 s for Consul.
  const own = ownAddress(source, root, programs, main)
  const named = [moduleOf(source), ...(main === '.' ? [] : [main]), ...own].join(' ')
  const folder = join(programs, createHash('sha256').update(named).digest('hex').slice(0, 16))
  mkdirSync(folder, { recursive: true })
  go(source, ['install', ...GO_FLAGS, ...own, main], { GOBIN: folder })
  const [name] = readdirSync(folder)
  if (name === undefined) throw new BuildFailure(`${source}: is not a program; its package must be main`)
  copyFileSync(join(folder, name), program)
}

/**
 * The module's path, by which Go names the program.
 * @param {string} source
 */
const moduleOf = (source) =>
  /^module\s+(\S+)/m.exec(readFileSync(join(source, 'go.mod'), 'utf8'))?.[1] ?? resolve(source)

/**
 * @param {string} source
 * @param {string[]} args
 * @param {Record<string, string>} variables
 */
function go(source, args, variables) {
  const { error, status } = spawnSync('go', args, {
    cwd: source,
    stdio: 'inherit',
    env: programEnvironment({ ...variables, CGO_ENABLED: '0', GOOS: 'linux' }),
  })
  if (error) throw new BuildFailure('cannot run go; install Go or put it on PATH', { cause: error })
  if (status !== 0) throw new BuildFailure(`${source}: go ${args[0]} ended with status ${status}`)
}

/**
 * @param {string} source
 * @param {string} out
 * @param {Pick<CompileOptions, 'root' | 'repository'>} places
 */
async function compileNode(source, out, { root, repository }) {
  const roots = moduleRoots(root, repository)
  const esbuild = await importFrom('esbuild', [...roots, join(root, 'buildspecs')])
  const library = join(resolve(root), LIBRARY)
  const { outputs } = await bundle(esbuild, source, out, {
    nodePaths: moduleFolders(roots, repository),
    alias: existsSync(library) ? { [LIBRARY]: library } : {},
  })
  keepOwnSources(join(out, 'main.mjs'), root)
  const imported = Object.values(outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  copyPackages(
    NATIVE.filter((name) => imported.some((path) => path === name || path.startsWith(`${name}/`))),
    join(out, 'node_modules'),
    roots,
  )
}

/**
 * @param {any} esbuild
 * @param {string} source
 * @param {string} out
 * @param {{nodePaths: string[], alias: Record<string, string>}} modules
 * @returns {Promise<{outputs: Record<string, {imports: {path: string}[]}>}>} what esbuild calls the metafile
 */
async function bundle(esbuild, source, out, modules) {
  try {
    const { metafile } = await esbuild.build({
      entryPoints: [join(source, 'main.ts')],
      outfile: join(out, 'main.mjs'),
      ...modules,
      bundle: true,
      external: NATIVE,
      plugins: [wasmInside],
      metafile: true,
      platform: 'node',
      format: 'esm',
      target: 'node24',
      mainFields: ['module', 'main'],
      keepNames: true,
      banner: { js: `${TRACES}\n${COMMONJS}` },
      // Nobody looks for the map by a comment; TRACES does by its name.
      sourcemap: 'external',
      sourcesContent: false,
      logLevel: 'warning',
    })
    return metafile
  } catch (error) {
    throw new BuildFailure(`${source}: esbuild refuses main.ts`, { cause: error })
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    const [source, out] = process.argv.slice(2)
    if (!source || !out) throw new BuildFailure('usage: node buildspecs/compile.mjs <source> <out>')
    const options = { repository: checkout(), programs: keptPrograms() }
    await compile(source, out, { root: process.cwd(), ...options })
  })
}
