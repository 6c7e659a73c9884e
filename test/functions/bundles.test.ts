import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type BuildOptions, build } from 'esbuild'
import { bundledTogether } from '../../resources/plugin/bundles.mjs'

const NAMES = Array.from({ length: 11 }, (_, index) => `f${index}`)

describe('the bundles of the functions', () => {
  let folder: string
  let calls: string[][]
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bundles-'))
    calls = []
    await mkdir(join(folder, 'functions'))
    await writeFile(
      join(folder, 'shared.ts'),
      "export const shared = (name: string) => 'hello '.concat(name)\n",
    )
    for (const name of NAMES)
      await write(name, `import { shared } from '../shared.ts'\nconsole.log(shared('${name}'))\n`)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const write = (name: string, text: string) => writeFile(join(folder, 'functions', `${name}.ts`), text)

  /** As serverless-esbuild calls esbuild for one function. */
  const options = (name: string, outdir: string): BuildOptions => ({
    absWorkingDir: folder,
    bundle: true,
    minify: true,
    format: 'esm',
    outExtension: { '.js': '.mjs' },
    logLevel: 'silent',
    entryPoints: [`functions/${name}.ts`],
    outdir: join(folder, outdir, 'functions'),
  })
  const together = () =>
    bundledTogether(NAMES, [], (all: BuildOptions) => {
      calls.push(all.entryPoints as string[])
      return build(all)
    })

  it('are nine by nine what esbuild makes of each alone', async () => {
    const plugin = together()
    for (const name of NAMES) {
      await build(options(name, 'alone'))
      await build({ ...options(name, 'together'), plugins: [plugin] })
    }
    const text = (way: string, name: string) =>
      readFile(join(folder, way, 'functions', `${name}.mjs`), 'utf8')
    for (const name of NAMES) expect(await text('together', name)).toBe(await text('alone', name))
    expect(calls.map((files) => files.length)).toEqual([9, 2])
  })

  it('of a function that no list names is made by itself', async () => {
    await write('other', 'console.log(1)\n')
    await build({ ...options('other', 'together'), plugins: [together()] })
    expect(await readFile(join(folder, 'together/functions/other.mjs'), 'utf8')).toContain('console.log(1)')
    expect(calls).toEqual([])
  })

  it('fail with the mistake in one of them', async () => {
    await write('f3', 'import "./absent.ts"\n')
    const building = build({ ...options('f0', 'together'), plugins: [together()] })
    await expect(building).rejects.toThrow('Could not resolve "./absent.ts"')
  })
})
