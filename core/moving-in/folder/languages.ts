import type { Bases } from '../image/make-image.ts'
import type { Refusal } from '../image/programs.ts'
import type { Start } from '../image/start.ts'
import { isStart, packageScript, startOf } from '../image/start.ts'
import { inFolder, type Tree } from '../tree.ts'

/** How a folder of sources becomes an image. */
export interface FolderImage {
  dockerfile: string
  start: Start | Refusal
  env?: Record<string, string>
  cwd?: string
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

/** The image of a folder without a Dockerfile. */
export function folderImage(tree: Tree, folder: string, marker: string, bases: Bases): FolderImage {
  const has = (name: string) => tree.paths.includes(inFolder(folder, name))
  const read = (name: string) => tree.text(inFolder(folder, name))
  if (marker === 'main.ts') return typescript(folder, bases)
  if (marker === 'go.mod') return go(folder, bases)
  if (marker === 'package.json' || /^main\.m?js$/.test(marker))
    return javascript(folder, marker, { has, read }, bases)
  if (marker === 'pom.xml') return java(folder, bases)
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

const go = (folder: string, bases: Bases): FolderImage => ({
  dockerfile: `FROM ${bases('go')} AS build
WORKDIR /src
COPY . .
RUN cd ${folder} && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o /out/app/program . && \\
    # Programs that speak HTTPS need the certificates.
    mkdir -p /out/etc/ssl/certs && cp /etc/ssl/certs/ca-certificates.crt /out/etc/ssl/certs/

FROM scratch
COPY --from=build /out/ /
CMD ["/app/program"]
`,
  start: { program: '/app/program', args: [] },
})

interface Files {
  has: (name: string) => boolean
  read: (name: string) => string | undefined
}

function javascript(folder: string, marker: string, { has, read }: Files, bases: Bases): FolderImage {
  const lock = has('package-lock.json') || has('npm-shrinkwrap.json')
  const install = !has('package.json')
    ? ''
    : lock
      ? 'npm ci --omit=dev --ignore-scripts'
      : 'npm install --omit=dev --ignore-scripts'
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
  const steps = [install, `node /src/buildspecs/program.mjs ${node} /out`].filter(Boolean)
  return {
    dockerfile: `FROM ${bases('node')} AS build
WORKDIR /src
COPY buildspecs/ buildspecs/
WORKDIR /out/app
COPY ${folder}/ ./
RUN ${steps.join(' && ')}

FROM scratch
COPY --from=build /out/ /
WORKDIR /app
CMD ${JSON.stringify(isStart(start) ? [start.program, ...start.args] : [node])}
`,
    start,
    env: { NODE_ENV: 'production' },
    cwd: '/app',
  }
}

function python(folder: string, { has, read }: Files, bases: Bases): FolderImage {
  const main = ['main.py', 'app.py', 'server.py', 'wsgi.py', '__main__.py'].find((name) => has(name))
  const [, module] =
    /^\[project\.scripts\]\s*[\s\S]*?=\s*["']([\w.]+):/m.exec(read('pyproject.toml') ?? '') ?? []
  const install = has('requirements.txt')
    ? 'RUN pip install --no-cache-dir -r requirements.txt\n'
    : has('pyproject.toml')
      ? 'RUN pip install --no-cache-dir .\n'
      : ''
  const args = main !== undefined ? [`/app/${main}`] : module !== undefined ? ['-m', module] : undefined
  return {
    dockerfile: `FROM ${bases('python')}
WORKDIR /app
COPY ${folder}/ ./
${install}# The program must be a file, and Python's is a link.
RUN cp "$(readlink -f /usr/local/bin/python3)" /usr/local/bin/python-program
CMD ["python3"${(args ?? []).map((arg) => `, "${arg}"`).join('')}]
`,
    start:
      args === undefined
        ? {
            what: 'no main.py, app.py or [project.scripts] says what to start',
            instead: 'write Args into config.json',
          }
        : { program: '/usr/local/bin/python-program', args },
    env: { PYTHONHOME: '/usr/local', PYTHONUNBUFFERED: '1' },
    cwd: '/app',
  }
}

const java = (folder: string, bases: Bases): FolderImage => ({
  dockerfile: `FROM public.ecr.aws/docker/library/maven:3-eclipse-temurin-21 AS build
WORKDIR /src
COPY ${folder}/ ./
RUN mvn -q -B package -DskipTests && mkdir /out && \\
    cp "$(ls target/*.jar | grep -v -e original- -e sources -e javadoc | head -n 1)" /out/app.jar

FROM ${bases('java')}
WORKDIR /app
COPY --from=build /out/app.jar /app/app.jar
CMD ["/opt/java/openjdk/bin/java", "-jar", "/app/app.jar"]
`,
  start: { program: '/opt/java/openjdk/bin/java', args: ['-jar', '/app/app.jar'] },
  cwd: '/app',
})
