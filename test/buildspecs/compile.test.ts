import { readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { findSource, readConfig } from '../../buildspecs/archive.mjs'
import { compile } from '../../buildspecs/compile.mjs'
import { lockOf } from '../../buildspecs/maven-lock.mjs'
import { readPom } from '../../buildspecs/pom.mjs'
import { inAnArchive, root, run, write } from './archive-folder.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
inAnArchive()

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
    expect(readdirSync(join(root, 'out'))).toEqual(['main.mjs', 'main.mjs.map', 'nanofleet-job.mjs'])
  })

  it('names the source that does not compile', async () => {
    write('apps/web/main.ts', "import './nowhere.ts'")
    await expect(compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })).rejects.toThrow(
      'apps/web: esbuild refuses main.ts',
    )
  })
})

describe('the source of an archive', () => {
  it('is its only folder with a program', () => {
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

  it('that says no language is refused', async () => {
    write('apps/web/readme.txt', '')
    await expect(compile(join(root, 'apps/web'), join(root, 'out'), { root })).rejects.toThrow(
      'has none of go.mod, main.ts, package.json',
    )
  })

  it('has a config.json, or the error names the file', () => {
    write('images/web/page/config.json', '{')
    expect(() => readConfig(root, { app: 'web', service: 'page' })).toThrow(
      'images/web/page/config.json: cannot be read',
    )
  })
})

describe('a source with packages of its own', () => {
  const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages })
  const package_ = '{"dependencies": {"ms": "2.1.3"}}'
  const pom = (version: string) =>
    `<project><dependencies><dependency><groupId>org.a</groupId><artifactId>b</artifactId>${version}</dependency></dependencies></project>`
  const SHA = 'a'.repeat(64)

  it.each<[what: string, files: Record<string, string>, sentence: RegExp]>([
    ['no lock', { 'package.json': package_ }, /has dependencies, and package-lock\.json is missing; run npm/],
    [
      'a package without a checksum',
      { 'package.json': package_, 'package-lock.json': lock({ '': {}, 'node_modules/ms': {} }) },
      /package-lock\.json: node_modules\/ms has no integrity/,
    ],
    ['no JSON', { 'package.json': '{' }, /package\.json: cannot be read as JSON/],
    ['two jars', { 'a.jar': '', 'b.jar': '' }, /holds a\.jar, b\.jar; without a pom\.xml it must be one jar/],
    [
      'a jar that is not locked',
      { 'pom.xml': pom('<version>1</version>') },
      /org\.a:b:1 is not in maven\.lock\.json; run node buildspecs\/maven-lock\.mjs/,
    ],
    [
      'a newer version than in the lock',
      {
        'pom.xml': pom('<version>2</version>').replace(
          '<dependencies>',
          '<!-- <version>1</version> --><dependencies>',
        ),
        'maven.lock.json': `{"org.a:b:1": "${SHA}"}`,
      },
      /org\.a:b:2 is not in maven\.lock\.json/,
    ],
    [
      'a version that a parent gives, of no locked jar',
      { 'pom.xml': pom(''), 'maven.lock.json': `{"org.a:bc:1": "${SHA}"}` },
      /org\.a:b is not in maven\.lock\.json/,
    ],
    [
      'a lock that is none',
      { 'pom.xml': pom(''), 'maven.lock.json': '{"org.a:b:1": "latest"}' },
      /maven\.lock\.json: cannot be read/,
    ],
    ['no sources', { 'pom.xml': '<project/>' }, /has no src\/main\/java with sources/],
  ])('is refused with %s', async (_what, files, sentence) => {
    for (const [path, text] of Object.entries(files)) write(`apps/web/${path}`, text)
    await expect(compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })).rejects.toThrow(
      sentence,
    )
  })

  it('is copied as it is when it needs none: JavaScript, or one jar', async () => {
    write('apps/web/main.mjs', 'console.log(1)')
    await compile(join(root, 'apps/web'), join(root, 'out'), { root, repository })
    write('apps/shop/server-1.2.jar', 'PK')
    await compile(join(root, 'apps/shop'), join(root, 'shop'), { root, repository })
    expect(run(join(root, 'out/main.mjs'))).toBe('1\n')
    expect(readFileSync(join(root, 'shop/app.jar'), 'utf8')).toBe('PK')
  })

  it('reads of a pom.xml what runs, with its properties and without tests, plugins and exclusions', () => {
    const inner = '<exclusions><exclusion><groupId>x</groupId></exclusion></exclusions>'
    write(
      'apps/web/pom.xml',
      `<project><version>3</version><properties><v>1.5</v><java.version>21</java.version></properties>
      <dependencyManagement><dependencies><dependency><groupId>m</groupId></dependency></dependencies></dependencyManagement>
      <dependencies>
        <dependency><groupId>a</groupId><artifactId>b</artifactId><version>\${v}</version>${inner}</dependency>
        <dependency><groupId>a</groupId><artifactId>own</artifactId><version>\${project.version}</version></dependency>
        <dependency><groupId>t</groupId><artifactId>t</artifactId><scope>test</scope></dependency>
        <dependency><groupId>p</groupId><artifactId>p</artifactId><version>\${unknown}</version></dependency>
      </dependencies>
      <build><plugins><plugin><dependencies><dependency><groupId>q</groupId></dependency></dependencies></plugin></plugins></build>
      </project>`,
    )
    expect(readPom(join(root, 'apps/web'))).toEqual({
      mainClass: undefined,
      release: '21',
      dependencies: [
        { name: 'a:b', version: '1.5' },
        { name: 'a:own', version: '3' },
        { name: 'p:p', version: undefined },
      ],
    })
  })

  it("gets its lock from Maven's class path", () => {
    const paths = '/m/org/a/b/1.0/b-1.0.jar:/m/c/c-d/2/c-d-2.jar\n'
    const read = () => Buffer.from('')
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
    expect(lockOf(paths, '/m', read)).toEqual({ 'c:c-d:2': empty, 'org.a:b:1.0': empty })
    expect(() => lockOf('/m/c/d/2/d-2-linux.jar', '/m', read)).toThrow(
      'c:d:2: d-2-linux.jar has a classifier',
    )
  })
})
