import type { Manifest } from '../base/manifest-types.ts'
import { IGNORE_FILE, WHOLE, WHOLE_ARCHIVED } from '../base/whole-source.ts'
import { ignorePatterns, ignoring } from './ignore-patterns.ts'
import { REPOSITORY_FILE } from './repository.ts'
import { imageFolder, UPSTREAM, upstreamImage } from './upstream.ts'

/** The folder that all our apps share; `apps/lib/<part>/` is one library. */
export const LIBRARY = 'apps/lib'

/**
 * The shared folders that an app's services may import from: that of all apps, and that of its own services.
 */
const libraries = (app: string): string[] => [LIBRARY, `apps/${app}/lib`, PACKAGE_LIBRARY]

/** `LIBRARY` as other repositories import it, and where it is in their archives. */
export const PACKAGE_LIBRARY = 'nanofleet/lib'

/** What builds images. */
export const SCRIPTS = 'buildspecs'
/** The package versions of TypeScript sources; other languages have a lock of their own in their folder. */
const PACKAGES = ['package.json', 'package-lock.json']

/** Made by builds and installs, so not part of a source. */
const MADE = ['node_modules', 'dist', '__pycache__', '.venv', '.git', '.nanofleet', '.DS_Store']

/** Beside the sources, but not part of a program: a changed test must not replace instances. */
const TEST = /(_test\.(go|py)|\.test\.m?[jt]s|(^|\/)test_[^/]*\.py|(^|\/)src\/test\/.*\.java)$/

/** True for a path that archives leave out. */
export const isLeftOut = (path: string): boolean =>
  TEST.test(path) || path.split('/').some((part) => MADE.includes(part))

/**
 * The files and folders that contain everything this app's images are made from, relative to the repository.
 */
export function sourceRoots({ app, services }: Manifest): string[] {
  const sources = Object.values(services).flatMap(({ source }) => source ?? [])
  return [...new Set([`images/${app}`, ...libraries(app), SCRIPTS, ...PACKAGES, ...sources])].sort()
}

/** Where a source may say what is no part of its image. */
export const ignoreFiles = ({ services }: Manifest): string[] =>
  Object.values(services).flatMap(({ source }) => (source === undefined ? [] : [inside(source, IGNORE_FILE)]))

/**
 * Whether a file below `sourceRoots` may be part of an image: what every service leaves out is not even read.
 * @param ignores text of the `ignoreFiles`
 */
export function isWanted(
  manifest: Manifest,
  ignores: ReadonlyMap<string, string>,
): (path: string) => boolean {
  const sources = Object.keys(manifest.services).map((service) => ofSource(manifest, service, ignores))
  const others = [...sourceRoots({ ...manifest, services: {} }), ...ignoreFiles(manifest)]
  return (path) => below(path, others) || sources.some((belongs) => belongs(path))
}

/** Whether a path belongs to a service's source. */
function ofSource(
  { services }: Manifest,
  service: string,
  tree: ReadonlyMap<string, string>,
): (path: string) => boolean {
  const { source, ignore = [] } = services[service] ?? {}
  if (source === undefined) return () => false
  const prefix = source === WHOLE ? '' : `${source}/`
  const ignored = ignoring([...ignorePatterns(tree.get(prefix + IGNORE_FILE) ?? ''), ...ignore])
  return (path) =>
    (source === WHOLE ? !isOurs(path) : below(path, [source])) &&
    path !== prefix + IGNORE_FILE &&
    !ignored(path.slice(prefix.length))
}

/** Of a whole repository, what Nanofleet has there and the program does not. */
const isOurs = (path: string): boolean =>
  path === REPOSITORY_FILE || /^(images\/[^/]+\/|buildspecs\/|nanofleet\/lib\/)/.test(path)

/**
 * The files that one image is made from, sorted: its folder, its source without what it ignores, the
 * libraries that these import, the build scripts and the package versions; for a published image, its folder
 * and the build scripts. The Consul definition is not among them: it takes effect without a new image.
 * @param tree text of the files below `sourceRoots`, by path relative to the repository
 */
export function imageFiles(manifest: Manifest, service: string, tree: ReadonlyMap<string, string>): string[] {
  const folder = `images/${manifest.app}/${imageFolder(manifest, service)}`
  const published = upstreamImage(manifest, service) !== undefined
  const source = published ? undefined : manifest.services[service]?.source
  const others = [`${folder}/consul.json`, `${folder}/consul.hcl`, `${folder}/${UPSTREAM}`]
  const roots = [folder, SCRIPTS]
  if (source !== undefined && isTypeScript(source, tree)) roots.push(...PACKAGES)
  const inSource = published ? () => false : ofSource(manifest, service, tree)
  const paths = [...tree.keys()].filter((path) => !isLeftOut(path))
  const folders = libraries(manifest.app)
  const chosen = new Set(
    paths.filter((path) => (below(path, roots) && !below(path, others)) || inSource(path)),
  )
  // Iterating over a Set also visits what is added meanwhile, so libraries of libraries are included.
  for (const path of chosen) {
    if (path.startsWith(`${SCRIPTS}/`)) continue
    const targets = imports(path, tree.get(path) as string)
    const parts = folders.flatMap((folder) => targets.flatMap((target) => library(folder, target) ?? []))
    for (const other of paths) if (parts.some((part) => part(other))) chosen.add(other)
  }
  return [...chosen].sort()
}

/** The files of a service's source among those of its image. */
export function sourceFiles(
  manifest: Manifest,
  service: string,
  tree: ReadonlyMap<string, string>,
): string[] {
  const belongs = ofSource(manifest, service, tree)
  return [...tree.keys()].filter((path) => belongs(path) && !isLeftOut(path))
}

/**
 * Where a file of an image is in its archive: at its path in the repository. A whole repository is in a
 * folder of its own, so that nothing of it is taken for what Nanofleet has in the archive.
 */
export function archivedAs(manifest: Manifest, service: string, path: string): string[] {
  if (manifest.services[service]?.source !== WHOLE || isOurs(path)) return [path]
  const inside = `${WHOLE_ARCHIVED}/${path}`
  return PACKAGES.includes(path) ? [path, inside] : [inside]
}

/** It is bundled with packages of the checkout. */
const isTypeScript = (source: string, tree: ReadonlyMap<string, string>): boolean =>
  tree.has(inside(source, 'main.ts')) && !tree.has(inside(source, 'go.mod'))

const inside = (folder: string, name: string): string => (folder === WHOLE ? name : `${folder}/${name}`)

const below = (path: string, roots: string[]): boolean =>
  roots.some((root) => path === root || path.startsWith(`${root}/`))

/**
 * The files that an import from a shared folder brings in: the library, or the loose files beside the
 * libraries.
 */
function library(folder: string, target: string): ((path: string) => boolean) | undefined {
  if (target !== folder && !target.startsWith(`${folder}/`)) return undefined
  const [part = '', ...rest] = target.slice(folder.length + 1).split('/')
  if (rest.length === 0 && /\.\w+$/.test(part)) {
    return (path) => path.startsWith(`${folder}/`) && !path.slice(folder.length + 1).includes('/')
  }
  return (path) => path.startsWith(part === '' ? `${folder}/` : `${folder}/${part}/`)
}

/**
 * The relative paths that a file imports, resolved, and those of our package's library: a module's imports,
 * or the replacements in go.mod.
 */
function imports(path: string, text: string): string[] {
  const pattern = /\.[cm]?[jt]sx?$/.test(path)
    ? /(?:\bfrom|\bimport|\bimport\s*\()\s*['"]((?:\.{1,2}|nanofleet\/lib)\/[^'"]+)['"]/g
    : path.endsWith('go.mod')
      ? /=>\s*(\.{1,2}\/\S+)/g
      : undefined
  if (!pattern) return []
  const folder = path.split('/').slice(0, -1)
  return [...text.matchAll(pattern)].map(([, target = '']) =>
    target.startsWith(`${PACKAGE_LIBRARY}/`) ? target : resolve(folder, target),
  )
}

function resolve(folder: string[], target: string): string {
  const parts = [...folder]
  for (const part of target.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.' && part !== '') parts.push(part)
  }
  return parts.join('/')
}
