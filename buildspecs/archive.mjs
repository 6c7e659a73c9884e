// @ts-check
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BuildFailure } from './failure.mjs'
import { languageOf } from './languages.mjs'
import { canonicalConfig } from './ops-config.mjs'

/**
 * What all apps (`apps/lib`) or one app's services (`apps/<app>/lib`) share: compiled into them, not a source
 * by itself.
 */
const LIBRARY = 'lib'

/** Top folders of an archive that hold no service's source. */
const OTHERS = ['buildspecs', 'images', 'nanofleet', 'node_modules']

/**
 * The source of the archive's service: its only folder with a program, apart from shared libraries.
 * Null for a service whose Dockerfile fetches everything it needs.
 * @param {string} root folder of the unpacked archive
 * @returns {string | null} path relative to the root
 */
export function findSource(root) {
  const found = readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !OTHERS.includes(entry.name))
    .flatMap((entry) => sourcesBelow(root, entry.name))
  if (found.length > 1)
    throw new BuildFailure(`the archive has several sources: ${found.join(', ')}; it must have one`)
  return found[0] ?? null
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function sourcesBelow(root, folder) {
  if (languageOf(join(root, folder))) return [folder]
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== LIBRARY)
    .flatMap((entry) => sourcesBelow(root, `${folder}/${entry.name}`))
}

/**
 * Where the image's Dockerfile and config.json are in the archive, relative to its root.
 * @param {{app: string, service: string, upstream?: string | undefined}} settings
 */
export const imageFolder = ({ app, service, upstream }) =>
  `images/${app}/${service}${upstream ? '/upstream' : ''}`

/**
 * The service's config.json for ops, its keys in the letters of Go.
 * @param {string} root
 * @param {{app: string, service: string, upstream?: string | undefined}} settings
 * @returns {Record<string, any>}
 */
export function readConfig(root, settings) {
  const place = `${imageFolder(settings)}/config.json`
  try {
    return canonicalConfig(JSON.parse(readFileSync(join(root, place), 'utf8')))
  } catch (error) {
    throw new BuildFailure(`${place}: cannot be read as JSON`, { cause: error })
  }
}
