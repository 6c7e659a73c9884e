/**
 * `npm pack` calls it first: makes `dist/`, what the package holds besides the command. It mirrors the
 * checkout, with JavaScript in place of TypeScript, as Node strips no types inside node_modules. With
 * `--remove` it takes the folder away again.
 */
import { execFileSync } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { transform } from 'esbuild'
import { repository } from './lib/places.mjs'

const OUT = join(repository, 'dist')

/** TypeScript that runs at users', in Node or in the bundles of functions. */
const PROGRAMS = ['adapters', 'cli', 'core', 'functions', 'local/*.ts', 'local/gateway', 'local/tools']

/** What is taken as it is; sources of images stay sources. */
const FILES = [
  'apps/lib',
  'apps/platform',
  'buildspecs',
  'cli/nanofleet.mjs',
  'images/bases.lock.json',
  'images/platform',
  'local/preload',
  'local/region',
  'package.json',
  'resources',
  'schemas',
  'scripts/lib',
  'scripts/setup.mjs',
  'serverless.yml',
  'workflows',
]

const TEST = /(_test\.go|\.test\.ts|\.md)$/
const RELATIVE = /(['"])(\.{1,2}\/[^'"\n]+)\.ts\1/g

const withJavaScript = (text) => text.replace(RELATIVE, '$1$2.js$1')

await rm(OUT, { recursive: true, force: true })
if (!process.argv.includes('--remove')) {
  await Promise.all([
    ...tracked(PROGRAMS).map((file) => program(file, file)),
    // What users import, for their own tests: builds take the sources.
    ...tracked(['apps/lib']).map((file) => program(file, file.replace(/^apps\//, ''))),
    ...tracked(FILES).map(take),
  ])
}

function tracked(paths) {
  const list = execFileSync('git', ['-C', repository, 'ls-files', '-z', '--', ...paths], { encoding: 'utf8' })
  return list.split('\0').filter((file) => file !== '' && !TEST.test(file))
}

async function program(file, as) {
  if (!file.endsWith('.ts')) return await copy(file, as)
  const { code } = await transform(await readFile(join(repository, file), 'utf8'), {
    loader: 'ts',
    target: 'node24',
    legalComments: 'none',
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  })
  await write(as.replace(/\.ts$/, '.js'), withJavaScript(code))
}

/** Sources of images are hashed, and must be what they are in the checkout. */
async function take(file) {
  if (!/^(resources|local\/preload)\/.*\.m?js$/.test(file)) return await copy(file, file)
  await write(file, withJavaScript(await readFile(join(repository, file), 'utf8')))
}

async function copy(file, as) {
  await mkdir(dirname(join(OUT, as)), { recursive: true })
  await cp(join(repository, file), join(OUT, as))
}

async function write(file, text) {
  await mkdir(dirname(join(OUT, file)), { recursive: true })
  await writeFile(join(OUT, file), text)
}
