import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { RepositoryFiles } from '../../../adapters/sources/repository-files.ts'
import { sourceArchive } from '../../../adapters/sources/source-archive.ts'
import { baseImages } from '../../../core/manifest/base-images.ts'
import { parseManifest } from '../../../core/manifest/manifest.ts'
import { imageFiles, sourceRoots } from '../../../core/manifest/source-files.ts'

const MANIFEST = parseManifest(
  'app: web\nservices:\n  web: {source: apps/web}\n  go: {source: apps/go}\n  plain: {}\n',
  'app.yml',
)

const FILES: Record<string, string> = {
  'images/web/app.yml': '',
  'images/web/web/Dockerfile': 'FROM x',
  'images/web/web/config.json': '{"Program": "/p"}',
  'images/web/web/consul.json': '{}',
  'images/web/go/config.json': '{"Program": "/p"}',
  'images/web/plain/config.json': '{"Program": "/p"}',
  'apps/web/main.ts': "import { log } from '../lib/log/main.ts'\nimport fs from 'node:fs'",
  'apps/web/page.ts': "import './main.ts'",
  'apps/web/node_modules/x/index.js': '',
  'apps/web/dist/main.mjs': '',
  'apps/web/page.test.ts': '',
  'apps/go/main_test.go': '',
  'apps/go/go.mod': 'module x\nreplace lib => ../lib/names\n',
  'apps/lib/log/main.ts': "export * from '../text/line.ts'",
  'apps/lib/log/data.json': '{}',
  'apps/lib/text/line.ts': '',
  'apps/lib/names/go.mod': 'module lib\n',
  'apps/lib/other/main.ts': '',
  'buildspecs/compile.mjs': "import '../apps/lib/other/main.ts'",
  'apps/web/notes.txt': 'go.mod says lib => ../lib/other',
  'package.json': '{}',
  'package-lock.json': '{}',
}

const files = (content: Record<string, string>) =>
  new RepositoryFiles(
    Object.entries(content).map(([path, text]) => ({ path, content: Buffer.from(text), executable: false })),
  )
const of = (service: string) => imageFiles(MANIFEST, service, files(FILES).texts)

describe('what an image is made of', () => {
  it('is its folder, its source, the libraries that these import, and what builds them', () => {
    expect(of('web')).toEqual([
      'apps/lib/log/data.json',
      'apps/lib/log/main.ts',
      'apps/lib/text/line.ts',
      'apps/web/main.ts',
      'apps/web/notes.txt',
      'apps/web/page.ts',
      'buildspecs/compile.mjs',
      'images/web/web/Dockerfile',
      'images/web/web/config.json',
      'package-lock.json',
      'package.json',
    ])
  })

  it('is for a Go module without the packages of Node, and with the library in its go.mod', () => {
    expect(of('go')).toEqual([
      'apps/go/go.mod',
      'apps/lib/names/go.mod',
      'buildspecs/compile.mjs',
      'images/web/go/config.json',
    ])
  })

  it('is for a Go module that takes the shared folder as a whole with all of it', () => {
    const whole = { ...FILES, 'apps/go/go.mod': 'module x\nreplace lib => ../lib\n' }
    expect(
      imageFiles(MANIFEST, 'go', files(whole).texts).filter((path) => path.startsWith('apps/lib')),
    ).toEqual([
      'apps/lib/log/data.json',
      'apps/lib/log/main.ts',
      'apps/lib/names/go.mod',
      'apps/lib/other/main.ts',
      'apps/lib/text/line.ts',
    ])
  })

  it.each([
    ['JavaScript', ['package.json', 'package-lock.json', 'server.js'], ['server.test.js']],
    [
      'Python',
      ['pyproject.toml', 'requirements.txt', 'main.py'],
      ['test_main.py', '__pycache__/main.pyc', '.venv/x'],
    ],
    ['Java', ['pom.xml', 'maven.lock.json', 'src/main/java/A.java'], ['src/test/java/ATest.java']],
  ])(
    'is for %s its folder with its own lock, without the packages of the checkout and its tests',
    (...row) => {
      const [, kept, left] = row
      const source = Object.fromEntries([...kept, ...left].map((path) => [`apps/go/${path}`, '']))
      const { 'apps/go/go.mod': _module, 'apps/go/main_test.go': _test, ...others } = FILES
      expect(imageFiles(MANIFEST, 'go', files({ ...others, ...source }).texts)).toEqual([
        ...kept.map((path) => `apps/go/${path}`).sort(),
        'buildspecs/compile.mjs',
        'images/web/go/config.json',
      ])
    },
  )

  it('is the folder and what packs it when there is no source of ours: no package of Node replaces a database', () => {
    expect(of('plain')).toEqual(['buildspecs/compile.mjs', 'images/web/plain/config.json'])
  })

  it('is the library of the package where a source imports it', () => {
    const tree = new Map([
      ['apps/web/main.ts', "import { serve } from 'nanofleet/lib/serve.ts'"],
      ['nanofleet/lib/serve.ts', "import { call } from './grpc/call.ts'"],
      ['nanofleet/lib/grpc/call.ts', ''],
    ])
    expect(imageFiles(MANIFEST, 'web', tree)).toEqual([...tree.keys()].sort())
    tree.set('apps/web/main.ts', '')
    expect(imageFiles(MANIFEST, 'web', tree)).toEqual(['apps/web/main.ts'])
  })

  it('lies below the roots of the app', () => {
    expect(sourceRoots(MANIFEST)).toEqual([
      'apps/go',
      'apps/lib',
      'apps/web',
      'apps/web/lib',
      'buildspecs',
      'images/web',
      'nanofleet/lib',
      'package-lock.json',
      'package.json',
    ])
  })
})

describe("what an app's own services share", () => {
  const shop = parseManifest(
    'app: shop\nservices:\n  cart: {source: apps/shop/cart}\n  till: {source: apps/shop/till}\n',
    'app.yml',
  )
  const tree = files({
    'apps/lib/log/main.ts': '',
    'apps/lib/other/main.ts': '',
    'apps/shop/lib/price.ts': "import '../../lib/log/main.ts'",
    'apps/shop/lib/sum.ts': "import './/orders/./order.ts'",
    'apps/shop/lib/stock/count.ts': '',
    'apps/shop/lib/stock/count.test.ts': '',
    'apps/shop/lib/orders/order.ts': '',
    'apps/shop/cart/main.ts': "import '../lib/price.ts'\nimport '../lib/stock/count.ts'",
    'apps/shop/till/main.ts': '',
    'apps/web/lib/page.ts': '',
  })
  const sources = (service: string) => imageFiles(shop, service, tree.texts)

  it('comes along as far as it is imported, with the libraries of all apps that it imports itself', () => {
    expect(sources('cart')).toEqual([
      'apps/lib/log/main.ts',
      'apps/shop/cart/main.ts',
      'apps/shop/lib/orders/order.ts',
      'apps/shop/lib/price.ts',
      'apps/shop/lib/stock/count.ts',
      'apps/shop/lib/sum.ts',
    ])
  })

  it('is no part of a service that imports none of it', () => {
    expect(sources('till')).toEqual(['apps/shop/till/main.ts'])
  })

  it('lies below the roots of the app', () => {
    expect(sourceRoots(shop)).toContain('apps/shop/lib')
  })
})

describe('the digest of a source', () => {
  const digest = (content: Record<string, string>) => sourceArchive(MANIFEST, 'web', files(content)).digest

  it('does not depend on the order in which files are read', () => {
    const shuffled = fc.shuffledSubarray(Object.entries(FILES), { minLength: Object.keys(FILES).length })
    fc.assert(
      fc.property(shuffled, (entries) => {
        expect(digest(Object.fromEntries(entries))).toBe(digest(FILES))
      }),
      { numRuns: 20 },
    )
  })

  it('changes with each file that the image is made of, and with no other', () => {
    const counted = of('web')
    for (const path of Object.keys(FILES)) {
      const changed = digest({ ...FILES, [path]: `${FILES[path]} ` }) !== digest(FILES)
      expect([path, changed]).toEqual([path, counted.includes(path)])
    }
  })
})

describe('the images that a Dockerfile starts from', () => {
  it('are those of a registry, not its own stages, in whatever case', () => {
    const text = 'FROM node:24 AS Build\nFROM BUILD as second\nFROM scratch\nFROM second\nFROM $BASE\n'
    expect(baseImages(text)).toEqual([{ image: 'node:24', digest: undefined }])
  })
})
