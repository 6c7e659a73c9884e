import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { parse } from 'yaml'
import { TOGETHER } from '../../resources/plugin/bundles.mjs'
import leanBundles from '../../resources/plugin/lean-bundles.mjs'
import { repository } from '../lib/places.mjs'

/** Settings that serverless-esbuild reads itself and does not pass on to esbuild. */
const OF_THE_PLUGIN = ['concurrency', 'skipRebuild', 'outputFileExtension', 'plugins']

/** Names of the functions: each file of functions/ has one. */
export const functionNames = () =>
  readdirSync(join(repository, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))

/**
 * @typedef {{contents: Uint8Array, parts: Record<string, number>}} Bundle `parts`: bytes by package or folder
 */

/**
 * Functions as serverless-esbuild bundles them.
 * @param {string[]} names
 * @returns {Promise<Map<string, Bundle>>}
 */
export async function bundles(names) {
  const made = []
  for (let at = 0; at < names.length; at += TOGETHER)
    made.push(...(await bundled(names.slice(at, at + TOGETHER))))
  return new Map(made)
}

async function bundled(names) {
  const settings = parse(readFileSync(join(repository, 'resources', 'esbuild.yml'), 'utf8'))
  const options = Object.entries(settings).filter(([name]) => !OF_THE_PLUGIN.includes(name))
  const { outputFiles, metafile } = await build({
    ...Object.fromEntries(options),
    absWorkingDir: repository,
    entryPoints: names.map((name) => join('functions', `${name}.ts`)),
    outdir: '.nanofleet/bundles',
    plugins: leanBundles,
    write: false,
    metafile: true,
    logLevel: 'error',
  })
  const outputs = Object.entries(metafile.outputs)
  const inputsOf = Object.fromEntries(outputs.map(([file, { inputs }]) => [nameOf(file), inputs]))
  return outputFiles.map(({ path, contents }) => {
    const name = nameOf(path)
    return [name, { contents, parts: bytesByPart(inputsOf[name]) }]
  })
}

const nameOf = (file) => basename(file).replace(/\.\w+$/, '')

function bytesByPart(inputs) {
  const parts = {}
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const part = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? file.split('/')[0]
    parts[part] = (parts[part] ?? 0) + bytesInOutput
  }
  return parts
}
