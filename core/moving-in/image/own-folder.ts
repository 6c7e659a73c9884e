import { WHOLE } from '../../base/whole-source.ts'
import { MARKERS } from '../folder/languages.ts'
import { baseName, folderOf, inFolder, type Tree } from '../tree.ts'

/**
 * The folder of this repository that an image is made of, if it has one: a folder that is called like the
 * image, or is in one that is; else the whole repository, if the project is called so.
 */
export function ownFolder(tree: Tree, image: string, rootName: string): string | undefined {
  if (image === '') return undefined
  const called = plain(image)
  const marked = new Map<string, string[]>()
  for (const path of tree.paths)
    if (MARKERS.includes(baseName(path)) && !path.startsWith('images/'))
      marked.set(folderOf(path), [...(marked.get(folderOf(path)) ?? []), baseName(path)])
  const [folder] = [...marked]
    .filter(([each]) => each !== WHOLE && [each, folderOf(each)].map(baseName).map(plain).includes(called))
    .map(([each, names]) => ({ each, rank: rank(names), exact: plain(baseName(each)) === called }))
    .sort((a, b) => Number(b.exact) - Number(a.exact) || a.rank - b.rank || a.each.length - b.each.length)
  if (folder) return folder.each
  return marked.has(WHOLE) && [rootName, ...projectNames(tree)].map(plain).includes(called)
    ? WHOLE
    : undefined
}

/** `home_app` is `home-app`. */
const plain = (name: string): string => name.toLowerCase().replace(/[._]/g, '-')

/** A Dockerfile beside a source builds it; one without may only pack what was built elsewhere. */
function rank(names: readonly string[]): number {
  const dockerfile = names.includes('Dockerfile')
  return dockerfile && names.length > 1 ? 0 : dockerfile ? 2 : 1
}

/** How the project at the root calls itself, by the last part of its name. */
function projectNames(tree: Tree): string[] {
  const text = (name: string) => tree.text(inFolder(WHOLE, name)) ?? ''
  return [
    /^module\s+\S*?([^/\s]+)(?:\/v\d+)?\s*$/m.exec(text('go.mod'))?.[1],
    /^\s{0,4}"name":\s*"(?:@[^/"]+\/)?([^"]+)"/m.exec(text('package.json'))?.[1],
    /^name\s*=\s*"([^"]+)"/m.exec(text('pyproject.toml'))?.[1],
    /<artifactId>([^<]+)<\/artifactId>(?![\s\S]*<\/parent>)/.exec(text('pom.xml'))?.[1],
  ].flatMap((name) => name ?? [])
}
