import { imageName } from './known-images.ts'

/**
 * Programs that a unikernel cannot run, by the word that starts them: there is no fork and no shell
 * (docs/unikernels.md).
 */
const FORKS = 'starts other processes, and a unikernel has one'
const SHELL = 'is a script for a shell, and a unikernel has none'
const BUILDS = 'compiles when it starts, and an image holds the finished program'

const REFUSED: [words: RegExp, why: string, instead: string][] = [
  [
    /^(nginx|httpd|apache2|apache2-foreground|apachectl|haproxy|traefik)$/,
    'is a proxy or a web server with processes of its own',
    'expose the services behind it in app.yml, and serve static files by the program itself',
  ],
  [/^(php|php-fpm|frankenphp)$/, FORKS, 'keep PHP where it runs now'],
  [
    /^(gunicorn|uwsgi|hypercorn|daphne)$/,
    FORKS,
    'use uvicorn without workers or waitress, and more instances by count',
  ],
  [
    /^(celery|supervisord|s6-svscan|pm2|pm2-runtime|foreman|honcho|concurrently|npm-run-all|run-p|turbo|lerna)$/,
    FORKS,
    'make each program a service',
  ],
  [
    /^(react-scripts|ng|vue-cli-service|vite|webpack|webpack-dev-server|parcel|gatsby|nuxt|next)$/,
    'is a tool for development that starts other processes',
    'build the pages in the Dockerfile, and serve them by a program',
  ],
  [/^(unicorn|passenger|puma|rails|rake|bundle|rackup)$/, FORKS, 'name the ruby program itself'],
  [
    /^(go|cargo|mvn|mvnw|gradle|gradlew|sbt|dotnet-watch|air|tsc|make)$/,
    BUILDS,
    'compile it in the Dockerfile',
  ],
  [/^(sleep|tail|cat|echo|true|false|ls|date)$/, 'is no service', 'leave it out'],
]

/** The absolute path of a program in the images of its language, by what their names hold. */
const PLACES: [word: RegExp, image: RegExp, place: string | ((tag: string) => string | undefined)][] = [
  [/^node(js)?$/, /distroless\/nodejs/, '/nodejs/bin/node'],
  [/^node(js)?$/, /node/, '/usr/local/bin/node'],
  [/^python3?$/, /python|fastapi|flask|uwsgi/, '/usr/local/bin/python3'],
  [/^ruby$/, /ruby/, '/usr/local/bin/ruby'],
  [/^deno$/, /deno/, '/usr/bin/deno'],
  [/^bun$/, /bun/, '/usr/local/bin/bun'],
  [/^java$/, /temurin|maven|gradle/, '/opt/java/openjdk/bin/java'],
  [
    /^java$/,
    /openjdk/,
    (tag) => /^(\d+)/.exec(tag)?.[1]?.replace(/^/, '/usr/local/openjdk-').concat('/bin/java'),
  ],
  [/^dotnet$/, /dotnet/, '/usr/share/dotnet/dotnet'],
]

export interface Refusal {
  what: string
  instead: string
}

const CONFIG = 'write Program, an absolute path, and Args into config.json'

/** Gradle's "installDist" writes a script for a shell. */
const GRADLE = /build\/install\/([^/]+)\/bin\/[^/]+$/

/** Why a program cannot be one of a unikernel; undefined if nothing is known against it. */
export function refusalOf(word: string): Refusal | undefined {
  const name = word.slice(word.lastIndexOf('/') + 1)
  if (/\.(sh|bash)$|entrypoint/i.test(name) || GRADLE.test(word) || /^(ba|da|a|z)?sh$/.test(name))
    return { what: `${word} ${SHELL}`, instead: `${CONFIG}: those that the script starts in the end` }
  const found = REFUSED.find(([words]) => words.test(name))
  return found && { what: `${word} ${found[1]}`, instead: found[2] }
}

const TOLD: [word: RegExp, variable: string, place: string][] = [
  [/^node(js)?$/, 'NODE_VERSION', '/usr/local/bin/node'],
  [/^python3?$/, 'PYTHON_VERSION', '/usr/local/bin/python3'],
  [/^ruby$/, 'RUBY_VERSION', '/usr/local/bin/ruby'],
  [/^dotnet$/, 'DOTNET_VERSION', '/usr/share/dotnet/dotnet'],
]

/** What is known of an image in which a program is looked for. */
export interface Inside {
  /** Unknown for an image whose text is not here. */
  cwd: string | undefined
  /** Where files were copied to, by their names. */
  copied: ReadonlyMap<string, string>
  /** The image of a registry that it starts from. */
  base: string
  /** Packages of the distribution that it has. */
  packages: ReadonlySet<string>
  env: ReadonlyMap<string, string>
}

/** Where a program is in an image. */
export function placeOf(word: string, { cwd, copied, base, packages, env }: Inside): string | undefined {
  if (word.startsWith('/')) return word
  if (word.includes('/') && cwd === undefined) return undefined
  if (word.includes('/')) return `${cwd === '/' ? '' : cwd}/${word.replace(/^(\.\/)+/, '')}`
  const own = copied.get(word)
  if (own !== undefined && /^\/(usr\/)?(local\/)?s?bin\//.test(own)) return own
  if (/^node(js)?$/.test(word) && packages.has('nodejs')) return '/usr/bin/node'
  // Images of a language say its version, and Java's where it is.
  const java = env.get('JAVA_HOME')
  if (word === 'java' && java?.startsWith('/')) return `${java}/bin/java`
  const told = TOLD.find(([words, variable]) => words.test(word) && env.has(variable))
  if (told) return told[2]
  const { repository, tag = '' } = imageName(base)
  const found = PLACES.find(([words, images]) => words.test(word) && images.test(repository))?.[2]
  return typeof found === 'function' ? found(tag) : found
}

export const unplaced = (word: string): Refusal => ({
  what: `nobody can tell from here where ${word} is in the image`,
  instead: CONFIG,
})

/** Node's tools that start nothing else: they run as scripts of node_modules. */
const SCRIPTS = /^(ts-node|tsx|serve|http-server|json-server|nest|micro|nodemon)$/

/** A word that stands for a script of another program: `uvicorn` is a module of Python. */
export function interpreter(argv: readonly string[]): string[] | undefined {
  const [word = '', ...args] = argv
  const name = word.slice(word.lastIndexOf('/') + 1)
  if (/^(uvicorn|flask|streamlit|fastapi|waitress-serve|aiohttp)$/.test(name)) {
    const module = name === 'waitress-serve' ? 'waitress' : name
    return ['python3', '-m', module, ...args]
  }
  if (/\.py$/.test(word)) return ['python3', ...argv]
  if (/\.[cm]?js$/.test(word)) return ['node', ...argv]
  if (name === 'nodemon') return ['node', ...args.filter((arg) => !arg.startsWith('-'))]
  if (name === 'npx' || name === 'bunx') return args.length > 0 ? [...args] : undefined
  if (SCRIPTS.test(name)) return ['node', `node_modules/.bin/${name}`, ...args]
  return undefined
}

/** Options with which a program would start others. */
export function withoutWorkers(argv: readonly string[]): string[] {
  const reload = ['--reload', '--debug', '--watch']
  const words = argv.filter((arg, index) => index === 0 || !reload.includes(arg))
  const workers = words.findIndex((arg) => /^(--workers|-w)$/.test(arg))
  if (words.includes('uvicorn') && workers > 0) words.splice(workers, 2)
  if (words.some((arg) => /(^|\/)manage\.py$/.test(arg)) && words.includes('runserver'))
    if (!words.includes('--noreload')) words.push('--noreload')
  return words
}
