import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { InvalidInput } from '../../core/base/errors.ts'
import { OWN } from './app-files.ts'

/**
 * What a program in each language is given to read its secrets, or to run as a job: our file, and what it is
 * called below the folder of a source. Programs of Node run as jobs without one.
 */
const LOADERS = {
  secrets: {
    ts: { 'secrets.ts': 'secrets.ts' },
    js: { 'secrets.ts': 'secrets.js' },
    go: {
      'go/secrets/secrets.go': 'secrets/secrets.go',
      'go/secrets/store.go': 'secrets/store.go',
      // What it needs of our other packages, as packages below it.
      'go/instance/instance.go': 'secrets/instance/instance.go',
      'go/instance/role.go': 'secrets/instance/role.go',
      'go/sigv4/caller.go': 'secrets/sigv4/caller.go',
      'go/sigv4/sigv4.go': 'secrets/sigv4/sigv4.go',
    },
    python: { 'loaders/secrets_loader.py': 'secrets_loader.py' },
    java: {
      'loaders/Secrets.java': 'nanofleet/Secrets.java',
      'loaders/ParameterStore.java': 'nanofleet/ParameterStore.java',
    },
  },
  job: {
    go: { 'go/job/job.go': 'job/job.go' },
    python: { 'loaders/job_loader.py': 'job_loader.py' },
    java: { 'loaders/Job.java': 'nanofleet/Job.java' },
  },
} as const satisfies Record<string, Record<string, Record<string, string>>>

/** What a loader is for. */
export type LoaderKind = keyof typeof LOADERS
export type LoaderLanguage = keyof (typeof LOADERS)['secrets']
export type JobLanguage = keyof (typeof LOADERS)['job']

/** What `putLoader` knows. */
export const LOADER_LANGUAGES = Object.keys(LOADERS.secrets) as LoaderLanguage[]
export const JOB_LANGUAGES = Object.keys(LOADERS.job) as JobLanguage[]

/** How our packages in Go import each other. */
const OUR_GO = '"nanofleet/lib/go/'

/** Where Maven has the sources; of others they are in the folder itself. */
const MAVEN = 'src/main/java'

/**
 * Writes the files; those that are there already stay if they are the same.
 * @returns their paths
 * @throws {InvalidInput} if another file has one of the names: then none is written
 */
export async function putLoader(
  kind: LoaderKind,
  language: LoaderLanguage,
  folder: string,
): Promise<string[]> {
  const files: Record<string, Record<string, string>> = LOADERS[kind]
  const root = language === 'java' && existsSync(join(folder, MAVEN)) ? join(folder, MAVEN) : folder
  const texts = Object.entries(files[language] ?? {}).map(async ([ours, theirs]) => {
    const path = join(root, theirs)
    const text = await loaderText(language, ours, root)
    const there = existsSync(path) ? await readFile(path, 'utf8') : text
    if (there === text) return [path, text] as const
    throw new InvalidInput(path, 'is another file, or of another version', 'move it away, then it is written')
  })
  const read = await Promise.all(texts)
  for (const [path, text] of read) {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  return read.map(([path]) => path)
}

async function loaderText(language: LoaderLanguage, ours: string, folder: string): Promise<string> {
  const text = await readFile(join(OWN, 'apps/lib', ours), 'utf8')
  if (language === 'go' && text.includes(OUR_GO))
    return text.replaceAll(OUR_GO, `"${await importPath(folder)}/secrets/`)
  if (language !== 'js') return text
  const { transform } = await import('esbuild')
  const tsconfigRaw = { compilerOptions: { verbatimModuleSyntax: true } }
  const { code } = await transform(text, { loader: 'ts', target: 'node22', tsconfigRaw })
  // esbuild drops comments; the first says what the file is.
  return `${text.slice(0, text.indexOf('*/') + 3)}${code}`
}

/** By which Go finds packages in a folder: the path of the module around it, and the way from there. */
async function importPath(folder: string): Promise<string> {
  for (let at = resolve(folder), way = ''; ; way = `/${basename(at)}${way}`, at = dirname(at)) {
    const file = join(at, 'go.mod')
    const module = existsSync(file) && /^module\s+"?([^\s"]+)/m.exec(await readFile(file, 'utf8'))?.[1]
    if (module) return `${module}${way}`
    if (at === dirname(at))
      throw new InvalidInput(folder, 'is in no Go module', 'write its go.mod first: go mod init <name>')
  }
}
