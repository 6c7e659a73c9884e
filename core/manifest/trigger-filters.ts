import type { Manifest } from '../base/manifest-types.ts'
import { WHOLE } from '../base/whole-source.ts'
import { REPOSITORY_FILE } from './repository.ts'
import { LIBRARY, SCRIPTS } from './source-files.ts'
import { upstreamImage } from './upstream.ts'

/** How many patterns a trigger of CodePipeline takes, and how long each may be. */
export const MOST_PATTERNS = 8
export const LONGEST_PATTERN = 255

/** Where the files of a service are, beyond what its manifest says. */
export interface Places {
  /** The folder of nanofleet.yml inside the git repository, such as `deploy`; empty for its top. */
  folder?: string
  /** What links among the service's files lead to, relative to that folder; a folder ends in `/`. */
  links?: readonly string[]
}

/**
 * The include patterns with which a pipeline of one service notices each commit that may change it. They
 * depend on the manifest and on links alone, so they stay right until one of these changes, and a commit that
 * changes one matches them. They may match more than the service is made from, never less: too few would lose
 * a release, too many only start a run that ends at once.
 * @param service one of the app's
 * @returns at most `MOST_PATTERNS`, each at most `LONGEST_PATTERN` long
 */
export function triggerFilters(manifest: Manifest, service: string, places: Places = {}): string[] {
  const { folder = '', links = [] } = places
  const below = (path: string): string[] => [...(folder === '' ? [] : folder.split('/')), ...path.split('/')]
  const globs = covered(manifest, service).map(({ path, depth }) => glob(below(path), depth))
  const targets = links.map((path) => glob(below(path), path.endsWith('/') ? 'all' : 'file'))
  return fewest([...globs, ...targets]).map(text)
}

/** A pattern: names of folders, then what of the last one. */
interface Glob {
  names: readonly string[]
  /** The file itself, the files in the folder, or all below it. */
  depth: 'file' | 'files' | 'all'
}

function covered(manifest: Manifest, service: string): { path: string; depth: Glob['depth'] }[] {
  const { app, resources, services } = manifest
  const own = upstreamImage(manifest, service) === undefined ? services[service]?.source : undefined
  const source = own === WHOLE ? '' : own
  const nested = resources?.includes('/') ? [resources] : []
  return [
    { path: `images/${app}/${service}`, depth: 'all' },
    // app.yml and the resources beside it.
    { path: `images/${app}`, depth: 'files' },
    ...nested.map((path) => ({ path: `images/${app}/${path}`, depth: 'file' as const })),
    ...(source === undefined ? [] : [{ path: source, depth: 'all' as const }]),
    { path: LIBRARY, depth: 'all' },
    { path: `apps/${app}/lib`, depth: 'all' },
    { path: SCRIPTS, depth: 'all' },
    { path: 'package*.json', depth: 'file' },
    { path: REPOSITORY_FILE, depth: 'file' },
  ]
}

const glob = (names: readonly string[], depth: Glob['depth']): Glob => ({
  names: names.filter((name) => name !== '' && name !== '.').map(plain),
  depth,
})

/** A character with a meaning in patterns becomes one for any: that needs no rule of how it is escaped. */
const plain = (name: string): string =>
  name === 'package*.json' ? name : name.replace(/[*?[\]{}\\!,]/g, '?')

function text({ names, depth }: Glob): string {
  const end = { file: [], files: ['*'], all: ['**'] }[depth]
  return [...names, ...end].join('/')
}

/** Widens patterns until they are few and short enough. */
function fewest(globs: readonly Glob[]): Glob[] {
  let left = withoutCovered(globs.map(shortened))
  while (left.length > MOST_PATTERNS) left = withoutCovered(joined(left))
  return left
}

function shortened(pattern: Glob): Glob {
  let short = pattern
  while (text(short).length > LONGEST_PATTERN) short = { names: short.names.slice(0, -1), depth: 'all' }
  return short
}

/** The two with most folders in common become one. */
function joined(globs: readonly Glob[]): Glob[] {
  let best = { first: 0, second: 1, common: -1 }
  for (let first = 0; first < globs.length; first++)
    for (let second = first + 1; second < globs.length; second++) {
      const common = commonFolders(globs[first] as Glob, globs[second] as Glob)
      if (common > best.common) best = { first, second, common }
    }
  const { names } = globs[best.first] as Glob
  const both: Glob = { names: names.slice(0, best.common), depth: 'all' }
  return [both, ...globs.filter((_glob, index) => index !== best.first && index !== best.second)]
}

function commonFolders(a: Glob, b: Glob): number {
  const [one, two] = [a, b].map(({ names, depth }) => (depth === 'file' ? names.slice(0, -1) : names))
  const end = (one as string[]).findIndex((name, index) => name !== (two as string[])[index])
  return end === -1 ? (one as string[]).length : end
}

const withoutCovered = (globs: readonly Glob[]): Glob[] =>
  globs.filter((glob, index) =>
    globs.every((other, at) => at === index || !covers(other, glob) || (covers(glob, other) && index < at)),
  )

/** By their names alone: what a `?` or `*` of a name matches besides is not looked at. */
function covers(wide: Glob, narrow: Glob): boolean {
  const starts = wide.names.every((name, index) => narrow.names[index] === name)
  if (!starts) return false
  const deeper = narrow.names.length - wide.names.length
  if (wide.depth === 'all') return deeper > 0 || (deeper === 0 && narrow.depth !== 'file')
  if (wide.depth === 'files')
    return (deeper === 1 && narrow.depth === 'file') || (deeper === 0 && narrow.depth === 'files')
  return deeper === 0 && narrow.depth === 'file'
}
