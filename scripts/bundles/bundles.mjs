import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { build } from 'esbuild'
import { parse } from 'yaml'
import leanBundles from '../../resources/plugin/lean-bundles.mjs'
import { repository } from '../lib/places.mjs'

/** What serverless-esbuild reads of its settings and does not hand on to esbuild. */
const OF_THE_PLUGIN = ['concurrency', 'skipRebuild', 'outputFileExtension', 'plugins']

/** Names of the functions: each file of functions/ has one. */
export const functionNames = () =>
  readdirSync(join(repository, 'functions'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))

/**
 * Functions as serverless-esbuild bundles them, in one run that reads each source once.
 * @param {string[]} names
 * @returns {Promise<Map<string, {contents: Uint8Array, parts: Record<string, number>}>>} `parts`: bytes by
 * package or folder
 */
export async function bundles(names) {
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
  const inputs = Object.entries(metafile.outputs).map(([file, output]) => [nameOf(file), output.inputs])
  const inputsOf = Object.fromEntries(inputs)
  return new Map(
    outputFiles.map(({ path, contents }) => [
      nameOf(path),
      { contents, parts: bytesByPart(inputsOf[nameOf(path)]) },
    ]),
  )
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
