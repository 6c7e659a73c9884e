import { basename, dirname, extname, join } from 'node:path'
import { build } from 'esbuild'
import { kept } from './bundle-cache.mjs'
import leanBundles from './lean-bundles.mjs'

/**
 * How many functions one call of esbuild bundles. Each call parses the SDK anew and keeps the inputs of all
 * its functions in memory until it ends: nine take 1 GB, all 26 take 2 GB.
 */
export const TOGETHER = 9

/**
 * Plugins of serverless-esbuild, which bundles the functions one by one: the first of nine bundles all of
 * them, and each of the others finds its bundle already made. The bundles are identical to the byte, for a
 * third of the processor time.
 */
export default function plugins({ service, serviceDir, processedInput }) {
  // A single function is faster on its own.
  if (processedInput.options.function) return leanBundles
  const files = Object.values(service.functions).map(({ handler }) => basename(handler, '.handler'))
  return [bundledTogether([...new Set(files)], kept(serviceDir, build), leanBundles), ...leanBundles]
}

/**
 * @param names of the files of all functions, without their ending
 * @param make bundles several functions by one call of esbuild
 * @param plugins the plugins that each is bundled with
 */
export function bundledTogether(names, make, plugins = []) {
  const begun = new Map()
  const groupOf = (name) => Math.floor(names.indexOf(name) / TOGETHER)
  return {
    name: 'bundled-together',
    setup({ initialOptions, onLoad, onStart }) {
      const { plugins: _plugins, entryPoints, ...options } = initialOptions
      const [entry] = entryPoints
      const group = groupOf(nameOf(entry))
      if (group < 0) return
      // Its own output is neither written nor logged: the common bundle is used.
      Object.assign(initialOptions, { write: false, logLevel: 'silent' })
      onLoad({ filter: /.*/ }, () => ({ contents: '' }))
      onStart(async () => {
        if (!begun.has(group))
          begun.set(group, make({ ...options, plugins, entryPoints: entries(entry, group) }))
        await begun.get(group)
      })
    },
  }

  function entries(entry, group) {
    return names
      .slice(group * TOGETHER, (group + 1) * TOGETHER)
      .map((name) => join(dirname(entry), `${name}${extname(entry)}`))
  }
}

const nameOf = (entry) => basename(entry, extname(entry))
