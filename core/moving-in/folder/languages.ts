import { WHOLE, WHOLE_ARCHIVED } from '../../base/whole-source.ts'
import type { Refusal } from '../image/programs.ts'
import { ignoredAtRoot, sayWhole } from '../image/root-source.ts'
import type { Start } from '../image/start.ts'
import { isStart, packageScript, startOf } from '../image/start.ts'
import type { Sentences } from '../said.ts'
import { folderOf, inFolder, isBelow, type Tree } from '../tree.ts'
import type { Bases, MadeImage } from '../workload.ts'

/** How a folder of sources becomes an image. */
export interface FolderImage {
  dockerfile: string
  start: Start | Refusal
  env?: Record<string, string>
  cwd?: string
  /** What has to be written before it can be built. */
  todo?: Refusal
}

/** Files that say what a folder is, the surest first. */
export const MARKERS = [
  'Dockerfile',
  'main.ts',
  'go.mod',
  'package.json',
  'main.js',
  'main.mjs',
  'pyproject.toml',
  'requirements.txt',
  'main.py',
  'pom.xml',
]

export const markerOf = (tree: Tree, folder: string): string | undefined =>
  MARKERS.find((name) => tree.paths.includes(inFolder(folder, name)))

const node = '/usr/local/bin/node'

/** Where a folder is in the archive that an image is built from. */
const archived = (folder: string): string => (folder === WHOLE ? WHOLE_ARCHIVED : folder)

/** The image of a folder without a Dockerfile. */
export function folderImage(tree: Tree, folder: string, marker: string, bases: Bases): FolderImage {
  const has = (name: string) => tree.paths.includes(inFolder(folder, name))
  const read = (name: string) => tree.text(inFolder(folder, name))
  if (marker === 'main.ts') return typescript(archived(folder), bases)
  if (marker === 'go.mod') return go(archived(folder), goPackage(tree, folder), bases)
  if (marker === 'package.json' || /^main\.m?js$/.test(marker))
    return javascript(folder, marker, { has, read }, bases)
  if (marker === 'pom.xml') return java(folder, bases, { has, read })
  return python(folder, { has, read }, bases)
}

const typescript = (folder: string, bases: Bases): FolderImage => ({
  dockerfile: `FROM ${bases('node')} AS build
WORKDIR /src
COPY . .
# Nanofleet is a tool: a dependency for development. Its compiler is among the packages of buildspecs.
RUN npm ci --omit=dev --ignore-scripts && npm ci --prefix buildspecs --ignore-scripts
RUN node buildspecs/compile.mjs ${folder} /out/app && node buildspecs/program.mjs ${node} /out

FROM scratch
COPY --from=build /out/ /
CMD ["${node}", "/app/main.mjs"]
`,
  start: { program: node, args: ['/app/main.mjs'] },
  env: { NODE_ENV: 'production' },
})

const go = (folder: string, program: string, bases: Bases): FolderImage => ({
  dockerfile: `FROM ${bases('go')} AS build
WORKDIR /src
COPY . .
RUN cd ${folder} && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/app/program ${program} && \\
    # Programs that speak HTTPS need the certificates.
    mkdir -p /out/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

FROM scratch
COPY --from=build /out/ /
CMD ["/app/program"]
`,
  start: { program: '/app/program', args: [] },
})

/** The package of a Go module that is the program: at its root, else called like it, else the first. */
function goPackage(tree: Tree, folder: string): string {
  const isMain = (path: string) =>
    /(?<!_test)\.go$/.test(path) && /^package main\b/m.test(tree.text(path) ?? '')
  const mains = [...new Set(tree.paths.filter((path) => isBelow(folder, path) && isMain(path)).map(folderOf))]
    .filter((each) => each === folder || !tree.paths.includes(inFolder(each, 'go.mod')))
    .map((each) => (folder === WHOLE ? each : each.slice(folder.length + 1)))
  const module = tree.text(inFolder(folder, 'go.mod')) ?? ''
  const name = /^module\s+\S*?([^/\s]+)(?:\/v\d+)?\s*$/m.exec(module)?.[1]
  if (mains.length === 0 || mains.some((each) => each === '' || each === '.')) return '.'
  return `./${mains.find((each) => each.split('/').at(-1) === name) ?? mains[0]}`
}

interface Files {
  has: (name: string) => boolean
  read: (name: string) => string | undefined
}

function javascript(folder: string, marker: string, { has, read }: Files, bases: Bases): FolderImage {
  const script = marker === 'package.json' ? packageScript(read('package.json'), 'start') : undefined
  const main = ['main.js', 'main.mjs', 'server.js', 'index.js', 'app.js'].find((name) => has(name))
  const inside = {
    cwd: '/app',
    copied: new Map<string, string>(),
    packages: new Set<string>(),
    base: bases('node'),
  }
  const start = startOf(script ?? (main === undefined ? [] : ['node', main]), {
    ...inside,
    env: new Map(),
    beside: read,
  })
  const locked = has('package-lock.json') || !/"(optionalD|d)ependencies"/.test(read('package.json') ?? '')
  return {
    dockerfile: `FROM ${bases('node')} AS build
WORKDIR /src
COPY . .
RUN node buildspecs/compile.mjs ${archived(folder)} /out/app && node buildspecs/program.mjs ${node} /out

FROM scratch
COPY --from=build /out/ /
WORKDIR /app
CMD ${JSON.stringify(isStart(start) ? [start.program, ...start.args] : [node])}
`,
    start,
    env: { NODE_ENV: 'production' },
    cwd: '/app',
    ...(!locked && {
      todo: {
        what: 'names packages, and package-lock.json is missing: only locked packages are installed',
        instead: `run "nanofleet lock ${folder}"`,
      },
    }),
  }
}

/** The same everywhere: a stage of the build brings Node to images of other languages. */
const withNode = (base: string, folder: string, { bases, runtime }: { bases: Bases; runtime: string }) =>
  `FROM ${bases('node')} AS node

FROM ${base} AS build
COPY --from=node ${node} ${node}
WORKDIR /src
COPY . .
RUN node buildspecs/compile.mjs ${archived(folder)} /out/app && node buildspecs/runtime.mjs ${runtime} /out

FROM scratch
COPY --from=build /out/ /
`

function python(folder: string, { has, read }: Files, bases: Bases): FolderImage {
  const main = ['main.py', 'app.py', 'server.py', 'wsgi.py', '__main__.py'].find((name) => has(name))
  const [, module] =
    /^\[project\.scripts\]\s*[\s\S]*?=\s*["']([\w.]+):/m.exec(read('pyproject.toml') ?? '') ?? []
  const args = main !== undefined ? [`/app/${main}`] : module !== undefined ? ['-m', module] : undefined
  const version = /python:(3\.\d+)/.exec(bases('python'))?.[1] ?? '3.13'
  const program = `/usr/local/bin/python${version}`
  const dockerfile = withNode(bases('python'), folder, { bases, runtime: program })
  return {
    dockerfile: `${dockerfile}WORKDIR /app\nCMD ${JSON.stringify([program, ...(args ?? [])])}\n`,
    start:
      args === undefined
        ? {
            what: 'no main.py, app.py or [project.scripts] says what to start',
            instead: 'write Args into config.json',
          }
        : { program, args },
    env: { PYTHONUNBUFFERED: '1' },
    cwd: '/app',
    ...(unhashed(has, read) && {
      todo: {
        what: 'names packages without their hashes: only packages with a hash in requirements.txt are installed',
        instead: `run "nanofleet lock ${folder}", "uv export --format requirements-txt --no-emit-project" or "pip-compile --generate-hashes"`,
      },
    }),
  }
}

const unhashed = (has: Files['has'], read: Files['read']): boolean =>
  has('requirements.txt')
    ? /^\s*[A-Za-z]/m.test(read('requirements.txt') ?? '') &&
      !read('requirements.txt')?.includes('--hash=sha256:')
    : /^dependencies\s*=\s*\[\s*["'\n]/m.test(read('pyproject.toml') ?? '')

const JAVA = '/opt/java/openjdk/bin/java'

const java = (folder: string, bases: Bases, { has, read }: Files): FolderImage => ({
  dockerfile: `${withNode(bases('java'), folder, { bases, runtime: JAVA })}CMD ["${JAVA}", "-jar", "/app/app.jar"]\n`,
  start: { program: JAVA, args: ['-jar', '/app/app.jar'] },
  ...(/<dependency>/.test(read('pom.xml') ?? '') &&
    !has('maven.lock.json') && {
      todo: {
        what: 'names dependencies, and maven.lock.json is missing: only locked jars are taken',
        instead: `run "nanofleet lock ${folder}"`,
      },
    }),
})

/** The image of a folder of sources, with what is to do before it can be built. */
export function sourcesImage(
  tree: Tree,
  folder: string,
  place: string,
  bases: Bases,
  said: Sentences,
): Omit<MadeImage, 'ports' | 'probe'> {
  const marker = languageMarker(tree, folder) ?? ''
  const { dockerfile, start, env = {}, cwd, todo } = folderImage(tree, folder, marker, bases)
  if (!isStart(start)) said.todo(place, start.what, start.instead)
  if (todo) said.todo(place, todo.what, todo.instead)
  const ignore = folder === WHOLE ? ignoredAtRoot(tree) : undefined
  if (ignore) sayWhole(place, ignore, said)
  return {
    dockerfile,
    program: isStart(start) ? start.program : '',
    args: isStart(start) ? start.args : [],
    env: new Map(Object.entries(env)),
    ...(cwd !== undefined && { cwd }),
    source: folder,
    ...(ignore && { ignore }),
  }
}

const languageMarker = (tree: Tree, folder: string): string | undefined =>
  MARKERS.filter((name) => name !== 'Dockerfile').find((name) => tree.paths.includes(inFolder(folder, name)))

/** What has to be written before a source whose Dockerfile installs packages can be built here. */
export function unlocked(tree: Tree, folder: string, bases: Bases): Refusal | undefined {
  const marker = languageMarker(tree, folder)
  return marker === undefined ? undefined : folderImage(tree, folder, marker, bases).todo
}
