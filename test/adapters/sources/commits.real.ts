import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  changed,
  commit,
  digest,
  FILES,
  git,
  makeShop,
  names,
  put,
  removeShop,
  shop,
} from './committed-shop.ts'

beforeEach(makeShop)
afterEach(removeShop)

/** What a commit does, and the services that it must release. */
const COMMITS: [what: string, files: Record<string, string>, services: string[]][] = [
  ["one service's source", { 'apps/go-app/main.go': 'package main // 2\n' }, ['go-app']],
  ['the source of another', { 'apps/node-app/main.ts': '' }, ['node-app']],
  ["one service's folder", { 'images/shop/py-app/config.json': '{"Program": "/q"}' }, ['py-app']],
  ['one definition', { 'images/shop/py-app/consul.json': '{"service": {"name": "py"}}' }, ['py-app']],
  ['a library of one', { 'apps/lib/shared-go/shared.go': 'package shared // 2\n' }, ['go-app']],
  ['a library that nobody imports', { 'apps/lib/unused/unused.ts': '2' }, []],
  ['docs', { 'docs/page.md': 'another\n', 'README.md': 'x\n', 'apps/readme.md': 'x\n' }, []],
  ['a test beside a source', { 'apps/go-app/main_test.go': 'package main\n' }, []],
  ['another app', { 'images/shop2/README.md': 'x' }, []],
  ['a comment in app.yml', { 'images/shop/app.yml': `# a comment\n${FILES['images/shop/app.yml']}` }, []],
  ['the version of a package', { 'package-lock.json': '{"lockfileVersion": 3}' }, ['node-app']],
  ['the lock of base images alone', { 'images/bases.lock.json': '{"a": 1}' }, []],
  [
    "a base's digest",
    {
      'images/bases.lock.json': '{"a": 1}',
      'images/shop/go-app/Dockerfile': `FROM go:1@${digest('b')}\n`,
    },
    ['go-app'],
  ],
  [
    'the base of two services',
    {
      'images/shop/go-app/Dockerfile': `FROM go:1@${digest('b')}\n`,
      'images/shop/py-app/Dockerfile': `FROM py:1@${digest('b')}\n`,
    },
    ['go-app', 'py-app'],
  ],
  [
    'a library by importing it',
    {
      'apps/shop/lib/all.ts': 'export {}\n',
      'apps/node-app/main.ts': "import '../shop/lib/all.ts'\n",
    },
    ['node-app'],
  ],
  [
    'a variable',
    {
      'images/shop/app.yml': (FILES['images/shop/app.yml'] ?? '').replace(
        'apps/py-app',
        'apps/py-app, env: {A: b}',
      ),
    },
    ['py-app'],
  ],
  [
    'a resource that one uses',
    {
      'images/shop/resources.yml': `${FILES['images/shop/resources.yml']}`.replace(
        'Queue}',
        'Queue, Properties: {DelaySeconds: 1}}',
      ),
    },
    ['go-app'],
  ],
  [
    'a resource that none uses',
    { 'images/shop/resources.yml': `${FILES['images/shop/resources.yml']}  More: {Type: AWS::SQS::Queue}\n` },
    [],
  ],
  ['what all services have', { 'nanofleet.yml': 'defaults: {count: 2}\n' }, ['node-app', 'go-app', 'py-app']],
  ['a setting of a stage', { 'nanofleet.yml': 'stages: {dev: {domain: example.com}}\n' }, []],
  ['the tools that build', { 'buildspecs/tools.lock.json': '{}' }, ['node-app', 'go-app', 'py-app']],
]

describe('a commit that touches', () => {
  it.each(COMMITS)(
    '%s releases exactly the services that must change',
    async (_what, files, services) => {
      await put(files)
      commit()
      expect(await names('HEAD~1')).toEqual(services)
      expect(await names('HEAD~1', 'HEAD')).toEqual(services)
      // And back: a revert releases the same.
      git('revert', '--no-edit', 'HEAD')
      expect(await names('HEAD~1', 'HEAD')).toEqual(services)
      expect(await names('HEAD~2', 'HEAD')).toEqual([])
    },
    60_000,
  )
})

describe('a commit', () => {
  it('that touches nothing releases nothing', async () => {
    commit()
    expect(await names('HEAD~1', 'HEAD')).toEqual([])
  })

  it('that touches a library of two services releases both', async () => {
    await put({ 'apps/go-app/go.mod': 'module go-app\nreplace shared => ../lib/shared\n' })
    commit()
    await put({ 'apps/lib/shared/shared.ts': 'export const two = 2\n' })
    commit()
    expect(await names('HEAD~1', 'HEAD')).toEqual(['node-app', 'go-app'])
  })

  it('that renames a file releases its service, one that moves a folder with its manifest too', async () => {
    await rename(join(shop.root, 'apps/py-app/main.py'), join(shop.root, 'apps/py-app/program.py'))
    commit()
    expect((await changed('HEAD~1')).services).toMatchObject([
      { service: 'py-app', parts: ['image'], paths: ['apps/py-app/main.py', 'apps/py-app/program.py'] },
    ])
    await rename(join(shop.root, 'apps/py-app'), join(shop.root, 'apps/python-app'))
    await put({
      'images/shop/app.yml': (FILES['images/shop/app.yml'] ?? '').replace('apps/py-app', 'apps/python-app'),
    })
    commit()
    expect(await names('HEAD~1')).toEqual(['py-app'])
  })

  it('that merges a branch releases what the branch changed, seen from the other one', async () => {
    git('checkout', '-q', '-b', 'side')
    await put({ 'apps/py-app/main.py': 'print(2)\n' })
    commit()
    git('checkout', '-q', 'main')
    await put({ 'apps/go-app/main.go': 'package main // 2\n' })
    commit()
    git('merge', '-q', '--no-edit', 'side')
    expect(await names('HEAD^1', 'HEAD')).toEqual(['py-app'])
    expect(await names('HEAD^2', 'HEAD')).toEqual(['go-app'])
  })

  it('that makes a file executable releases its service', async () => {
    git('update-index', '--chmod=+x', 'apps/py-app/main.py')
    git('commit', '-q', '-m', 'x')
    git('checkout', '-q', '--', '.')
    expect(await names('HEAD~1', 'HEAD')).toEqual(['py-app'])
  })

  it('that adds a service or takes one away says so', async () => {
    const without = (FILES['images/shop/app.yml'] ?? '').replace(/ {2}py-app.*\n/, '')
    await put({ 'images/shop/app.yml': without })
    commit()
    expect(await changed('HEAD~1')).toMatchObject({
      services: [],
      removed: [{ app: 'shop', service: 'py-app' }],
    })
    git('revert', '--no-edit', 'HEAD')
    expect((await changed('HEAD~1')).services).toMatchObject([{ service: 'py-app', change: 'new' }])
  })
})
