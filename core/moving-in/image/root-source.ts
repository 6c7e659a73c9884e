import { IGNORE_FILE, WHOLE, WHOLE_ARCHIVED } from '../../base/whole-source.ts'
import type { Sentences } from '../said.ts'
import { folderOf, inFolder, type Tree } from '../tree.ts'
import type { Build } from '../workload.ts'
import { type Rebased, rebase } from './rebase.ts'

/** The source of a build, and its Dockerfile for the archive that holds that source. */
export interface BuildSource extends Rebased {
  source: string
  ignore?: string[]
}

/**
 * What an image is made of: its context folder. Of a context that is the whole repository, the folder of the
 * Dockerfile, if that copies nothing else; else the repository without what the Dockerfile does not copy.
 */
export function sourceOf(tree: Tree, { folder, dockerfile, target }: Build, text: string): BuildSource {
  if (folder !== WHOLE) return { source: folder, ...rebase(text, { folder, source: folder, target }) }
  const own = folderOf(dockerfile)
  if (own !== WHOLE) {
    const rebased = rebase(text, { folder, source: own, target })
    if (rebased.problems.length === 0) return { source: own, ...rebased }
  }
  const rebased = rebase(text, { folder, source: WHOLE, archived: WHOLE_ARCHIVED, target })
  return { source: WHOLE, ignore: ignoredBeside(tree, rebased.copied, text), ...rebased }
}

/** A folder of a source in the archive. */
export const archivedFolder = (source: string, path: string): string =>
  source === WHOLE ? inFolder(WHOLE_ARCHIVED, path).replace(/\/\.$/, '') : path

/** What the usual repository has at its root beside the program. */
const BESIDE = new RegExp(
  `^(${[
    ...['\\.github', '\\.gitlab', '\\.circleci', '\\.vscode', '\\.idea', '\\.devcontainer', 'docs?'],
    ...['screenshots?', 'k8s', 'kubernetes', 'manifests', 'kustomize', 'helm', 'charts?', 'deploy(ments?)?'],
    ...['terraform', 'copilot', '\\.git(ignore|attributes|modules|lab-ci\\.yml)', '\\.editorconfig'],
    ...['\\.travis\\.yml', 'renovate\\.json', '[^/]+\\.md', 'LICEN[CS]E[^/]*', 'NOTICE', 'MAINTAINERS'],
    ...['CODEOWNERS', '(docker-)?compose[^/]*\\.ya?ml', '[^/]*Dockerfile[^/]*', 'Jenkinsfile', 'Procfile'],
    'skaffold\\.ya?ml',
  ].join('|')})$`,
  'i',
)

/** What is at the root and not named by what builds the program, unless `.dockerignore` says it. */
export function ignoredAtRoot(tree: Tree, build = ''): string[] {
  if (tree.paths.includes(IGNORE_FILE)) return []
  const building = [build, ...PROJECTS.map((name) => tree.text(name) ?? '')].join('\n')
  return topOf(tree).filter((name) => BESIDE.test(name) && !building.includes(name))
}

/** Files that name others which a build reads, such as a README. */
const PROJECTS = ['pyproject.toml', 'setup.py', 'package.json', 'pom.xml']

export function sayWhole(place: string, ignore: readonly string[] | undefined, said: Sentences): void {
  const without = (ignore ?? []).filter((name) => !name.startsWith('!') && name !== '*')
  const only = (ignore ?? []).filter((name) => name.startsWith('!')).map((name) => name.slice(1))
  const what =
    only.length > 0
      ? `the image is made of ${only.join(', ')}, which its Dockerfile copies`
      : `the image is made of the whole repository${without.length > 0 ? `, without ${without.join(', ')}` : ''}`
  said.inferred(`${place}: build`, `${what}: ignore in app.yml and .dockerignore say what is no part of it`)
}

/**
 * What a Dockerfile does not copy. A copied `.` is everything but what is usually beside a program.
 * @param copied paths of the repository, `.` for all of it
 */
function ignoredBeside(tree: Tree, copied: readonly string[], dockerfile: string): string[] {
  if (copied.includes(WHOLE)) return ignoredAtRoot(tree, withoutItsName(dockerfile))
  return copied.length === 0 ? [] : ['*', ...copied.map((path) => `!${path}`)]
}

/** A comment such as "docker build -f Dockerfile" copies nothing. */
const withoutItsName = (dockerfile: string): string => dockerfile.replace(/^\s*#.*$/gm, '')

/** The names right at the root; what is ours is no part of a source anyway. */
const topOf = ({ paths }: Tree): string[] =>
  [...new Set(paths.map((path) => path.split('/')[0] ?? ''))].filter(
    (name) => !/^(images|buildspecs)$/.test(name),
  )
