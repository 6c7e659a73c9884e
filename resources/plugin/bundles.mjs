import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, stop } from 'esbuild'

/** @typedef {Record<string, {handler: string}>} Functions */

/**
 * Bundles every function in one pass, so that a source file or an SDK client is parsed once and not once per function:
 * a third of the time. Calls `use` with each function's bundle; the bundles are gone afterwards.
 * @param {{root: string, functions: Functions, options: import('esbuild').BuildOptions}} service
 * @param {(name: string, bundle: {file: string, folder: string}) => Promise<void>} use
 */
export async function bundleFunctions({ root, functions, options }, use) {
  // A folder of its own: two deploys of one checkout, to two stages, do not write over each other's bundles.
  const folder = await mkdtemp(join(tmpdir(), 'nanofleet-bundles-'))
  const modules = new Map(Object.entries(functions).map(([name, { handler }]) => [name, moduleOf(handler)]))
  try {
    await build({
      ...options,
      absWorkingDir: root,
      entryPoints: [...new Set(modules.values())].map((module) => `${module}.ts`),
      outbase: root,
      outdir: folder,
      outExtension: { '.js': '.mjs' },
    })
    for (const [name, module] of modules) await use(name, { file: join(folder, `${module}.mjs`), folder })
  } finally {
    await Promise.all([rm(folder, { recursive: true }), stop()])
  }
}

/** `functions/lock` of the handler `functions/lock.handler`. */
const moduleOf = (handler) => handler.slice(0, handler.lastIndexOf('.'))
