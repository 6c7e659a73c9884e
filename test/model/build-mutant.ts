import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import type { Mutant } from './mutants.ts'
import type { Rules } from './rules.ts'

const repository = resolve(import.meta.dirname, '../..')
/** Packages are found from here. */
const folder = join(repository, 'node_modules', '.cache', 'nanofleet-mutants')

/**
 * The registration code with one fault in it; the files stay unchanged.
 * @throws when the text is not exactly once in the file: then the mutant has to be adapted to the code
 */
export async function buildMutant({ name, file, from, to }: Mutant): Promise<Rules> {
  const path = join(repository, file)
  const source = await readFile(path, 'utf8')
  const pieces = source.split(from)
  if (pieces.length !== 2) throw new Error(`"${name}": ${file} contains ${pieces.length - 1} times: ${from}`)
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'rules.ts')],
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    write: false,
    plugins: [
      {
        name: 'fault',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, (args) =>
            args.path === path ? { contents: pieces.join(to), loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  await mkdir(folder, { recursive: true })
  const built = join(folder, `${name.replaceAll(/\W+/g, '-')}-${process.pid}.mjs`)
  await writeFile(built, outputFiles[0]?.text ?? '')
  try {
    const { rules } = (await import(pathToFileURL(built).href)) as { rules: Rules }
    return rules
  } finally {
    await rm(built)
  }
}
