import type { Manifest } from '../base/manifest-types.ts'
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

/**
 * The files that one image is made from, sorted: its folder, its source, the libraries that these import, the
 * build scripts and the package versions; for a published image, its folder and the build scripts. The Consul
 * definition is not among them: it takes effect without a new image.
 * @param tree text of the files below `sourceRoots`, by path relative to the repository
 */
export function imageFiles(manifest: Manifest, service: string, tree: ReadonlyMap<string, string>): string[] {
  const folder = `images/${manifest.app}/${imageFolder(manifest, service)}`
  const published = upstreamImage(manifest, service) !== undefined
  const source = published ? undefined : manifest.services[service]?.source
  const others = [`${folder}/consul.json`, `${folder}/${UPSTREAM}`]
  const roots = [folder, SCRIPTS]
  if (source !== undefined) roots.push(source, ...(isTypeScript(source, tree) ? PACKAGES : []))
  const paths = [...tree.keys()].filter((path) => !isLeftOut(path))
  const folders = libraries(manifest.app)
  const chosen = new Set(paths.filter((path) => below(path, roots) && !below(path, others)))
  // Iterating over a Set also visits what is added meanwhile, so libraries of libraries are included.
  for (const path of chosen) {
    if (path.startsWith(`${SCRIPTS}/`)) continue
    const targets = imports(path, tree.get(path) as string)
    const parts = folders.flatMap((folder) => targets.flatMap((target) => library(folder, target) ?? []))
    for (const other of paths) if (parts.some((part) => part(other))) chosen.add(other)
  }
  return [...chosen].sort()
}

/** It is bundled with packages of the checkout. */
const isTypeScript = (source: string, tree: ReadonlyMap<string, string>): boolean =>
  tree.has(`${source}/main.ts`) && !tree.has(`${source}/go.mod`)

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
