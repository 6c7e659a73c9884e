import { spawnSync } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { findSource, readConfig } from '../../buildspecs/archive.mjs'
import { compile } from '../../buildspecs/compile.mjs'

const repository = fileURLToPath(new URL('../..', import.meta.url))
let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'archive-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function write(path: string, text: string) {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

const run = (file: string) => spawnSync(process.execPath, [file], { encoding: 'utf8' }).stdout

describe('compiling a TypeScript source', () => {
  it('bundles it with its libraries and packages into one module, and copies its static files', async () => {
    write('apps/lib/greet.ts', "export const greet = (name: string): string => 'hello ' + name")
    write(
      'apps/web/main.ts',
      "import { parse } from 'yaml'\nimport { greet } from '../lib/greet.ts'\nconsole.log(greet(parse('name: world').name))",
    )
    write('apps/web/static/logo.svg', '<svg/>')
    await compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })
    expect(run(join(root, 'out/main.mjs'))).toBe('hello world\n')
    expect(readFileSync(join(root, 'out/static/logo.svg'), 'utf8')).toBe('<svg/>')
  })

  it('finds the library of Nanofleet in the archive, and packages beside the one that builds', async () => {
    write('nanofleet/lib/greet.ts', "export const greet = (name: string): string => 'hello ' + name")
    write('shop/node_modules/shouting/index.js', 'export const loud = (text) => text.toUpperCase()')
    write('shop/node_modules/nanofleet/dist/package.json', '{}')
    symlinkSync(join(repository, 'node_modules/esbuild'), join(root, 'shop/node_modules/esbuild'))
    write(
      'web/main.ts',
      "import { loud } from 'shouting'\nimport { greet } from 'nanofleet/lib/greet.ts'\nconsole.log(loud(greet('you')))",
    )
    const ours = join(root, 'shop/node_modules/nanofleet/dist')
    await compile(join(root, 'web'), join(root, 'out'), { root, repository: ours })
    expect(run(join(root, 'out/main.mjs'))).toBe('HELLO YOU\n')
  })

  it('lets CommonJS packages load other modules', async () => {
    write('apps/web/legacy.cjs', "exports.name = require('node:path').basename(__filename)")
    write('apps/web/main.ts', "import { name } from './legacy.cjs'\nconsole.log(name)")
    await compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })
    expect(run(join(root, 'out/main.mjs'))).toBe('main.mjs\n')
  })

  it('keeps a package with a compiled part as a package, next to the program', async () => {
    write('apps/web/main.ts', "import sharp from 'sharp'\nconsole.log(typeof sharp.versions.vips)")
    await compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })
    expect(run(join(root, 'out/main.mjs'))).toBe('string\n')
    expect(readdirSync(join(root, 'out'))).toContain('node_modules')
  })

  it('copies no packages when the program imports none with a compiled part', async () => {
    write('apps/web/main.ts', "import { parse } from 'yaml'\nconsole.log(parse('1'))")
    await compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })
    expect(readdirSync(join(root, 'out'))).toEqual(['main.mjs'])
  })

  it('names the source that does not compile', async () => {
    write('apps/web/main.ts', "import './nowhere.ts'")
    await expect(compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })).rejects.toThrow(
      'apps/web: esbuild refuses main.ts',
    )
  })
})

describe('the source of an archive', () => {
  it('is its only folder with go.mod or main.ts', () => {
    write('nanofleet/lib/main.ts', '')
    write('buildspecs/main.ts', '')
    write('apps/lib/serve.ts', '')
    write('apps/lib/resolver/go.mod', 'module resolver')
    write('apps/shop/cart/go.mod', 'module cart')
    expect(findSource(root)).toBe('apps/shop/cart')
  })

  it("is not what an app's own services share", () => {
    write('apps/shop/lib/main.ts', '')
    write('apps/shop/lib/prices/go.mod', 'module prices')
    write('apps/shop/cart/main.ts', '')
    expect(findSource(root)).toBe('apps/shop/cart')
  })

  it('is nothing for a service whose Dockerfile fetches everything it needs', () => {
    write('images/shop/redis/Dockerfile', 'FROM redis')
    expect(findSource(root)).toBeNull()
  })

  it('is refused when there are two', () => {
    write('apps/a/main.ts', '')
    write('apps/b/main.ts', '')
    expect(() => findSource(root)).toThrow('several sources: apps/a, apps/b')
  })

  it('with neither go.mod nor main.ts is refused', async () => {
    write('apps/web/readme.txt', '')
    await expect(compile(join(root, 'apps/web'), join(root, 'out'), { root })).rejects.toThrow(
      'neither go.mod nor main.ts',
    )
  })

  it('has a config.json, or the error names the file', () => {
    write('images/web/page/config.json', '{')
    expect(() => readConfig(root, { app: 'web', service: 'page' })).toThrow(
      'images/web/page/config.json: cannot be read',
    )
  })
})
