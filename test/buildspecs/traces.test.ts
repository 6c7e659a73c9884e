import { readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { compile } from '../../buildspecs/compile.mjs'
import { inAnArchive, root, run, write } from './archive-folder.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
inAnArchive()

describe('traces of a program in TypeScript', () => {
  it('show the lines of its sources, of a library too, and leave packages where they are', async () => {
    write('shop/node_modules/failing/index.js', 'export const fail = (work) => {\n\n  return work()\n}')
    write(
      'apps/lib/check.ts',
      'type Size = number\n\nexport const check = (size: Size) => {\n  throw new Error(String(size))\n}',
    )
    write(
      'apps/web/main.ts',
      "import { fail } from 'failing'\nimport { check } from '../lib/check.ts'\n\ninterface Box {\n  size: number\n}\n" +
        'const box: Box = { size: 5 }\nfunction open() {\n  fail(() => check(box.size))\n}\n' +
        'try {\n  open()\n} catch (error) {\n  console.log((error as Error).stack)\n}\nconsole.log(new Error("again").stack)\n',
    )
    symlinkSync(join(repository, 'node_modules/esbuild'), join(root, 'shop/node_modules/esbuild'))
    const places = { root, repository: join(root, 'shop') }
    await compile(join(root, 'apps/web'), join(root, 'out'), places)
    const traces = run(join(root, 'out/main.mjs'))
    expect(traces).toMatch(
      /^Error: 5\n {4}at check \(apps\/lib\/check\.ts:4:9\)\n {4}at apps\/web\/main\.ts:9:14\n/,
    )
    expect(traces).toMatch(/at fail \(file:.*main\.mjs:\d+:\d+\)\n {4}at open \(apps\/web\/main\.ts:9:3\)\n/)
    expect(traces).toMatch(/Error: again\n {4}at apps\/web\/main\.ts:16:13\n/)
    const map = JSON.parse(readFileSync(join(root, 'out/main.mjs.map'), 'utf8'))
    expect(map.sources).toEqual(['apps/lib/check.ts', 'apps/web/main.ts'])
    expect(map.sourcesContent).toBeUndefined()
  })

  it('come of the same program and the same map in any folder, and without a map as they are', async () => {
    write('apps/web/main.ts', 'console.log(new Error("x").stack)')
    const made = async (out: string) => {
      await compile(join(root, 'apps/web'), join(root, out), { root, repository })
      return readdirSync(join(root, out)).map((name) => readFileSync(join(root, out, name), 'utf8'))
    }
    expect(await made('out')).toEqual(await made('some/where/else'))
    rmSync(join(root, 'out/main.mjs.map'))
    expect(run(join(root, 'out/main.mjs'))).toMatch(/^Error: x\n {4}at file:.*main\.mjs:\d+:\d+\n/)
  })
})
