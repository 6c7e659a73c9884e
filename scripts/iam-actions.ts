/**
 * Writes which actions exist behind the wildcards of `APP_ACTIONS`, so that a mistyped one is refused at
 * push: `node scripts/iam-actions.ts`. The source is parliament's copy of the Service Authorization
 * Reference; `npm run check` installs it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { APP_ACTIONS } from '../core/base/app-rights.ts'
import { opinionTools } from './lib/places.mjs'

/** A service of the reference, as parliament keeps it. */
interface Service {
  prefix: string
  privileges: { privilege: string }[]
}

const FILE = join(import.meta.dirname, '../core/base/existing-actions.ts')

/** Every action of the reference, such as `s3:GetObject`. */
export async function referenceActions(): Promise<Set<string>> {
  const library = join(opinionTools, 'lib')
  const [python = ''] = (await readdir(library)).filter((name) => name.startsWith('python'))
  const file = join(library, python, 'site-packages/parliament/iam_definition.json')
  const services = JSON.parse(await readFile(file, 'utf8')) as Service[]
  return new Set(
    services.flatMap(({ prefix, privileges }) => privileges.map(({ privilege }) => `${prefix}:${privilege}`)),
  )
}

/** The actions behind the wildcards, sorted. */
export function behindWildcards(known: ReadonlySet<string>): string[] {
  const prefixes = APP_ACTIONS.filter((one) => one.endsWith('*')).map((one) => one.slice(0, -1))
  return [...known].filter((action) => prefixes.some((prefix) => action.startsWith(prefix))).sort()
}

async function write(): Promise<void> {
  const { config } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'))
  const lines = behindWildcards(await referenceActions()).map((action) => `  '${action}',`)
  const text = `/**
 * The actions that exist behind the wildcards of \`APP_ACTIONS\`. Written by \`node scripts/iam-actions.ts\` on
 * ${new Date().toISOString().slice(0, 10)} from parliament ${config.parliament}, its copy of the Service Authorization Reference.
 */
export const EXISTING_ACTIONS: readonly string[] = [
${lines.join('\n')}
]
`
  await writeFile(FILE, text)
}

if (import.meta.main) await write()
