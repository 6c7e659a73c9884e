import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { changedApps } from '../../../adapters/sources/changed-apps.ts'

const digest = (letter: string) => `sha256:${letter.repeat(64)}`
const FILES: Record<string, string> = {
  'images/shop/app.yml': `app: shop
resources: resources.yml
services:
  node-app: {source: apps/node-app}
  go-app: {source: apps/go-app, env: {TABLE: {Ref: Orders}}}
  py-app: {source: apps/py-app}
`,
  'images/shop/resources.yml':
    'Resources:\n  Orders: {Type: AWS::SQS::Queue}\n  Letters: {Type: AWS::SQS::Queue}\n',
  ...Object.fromEntries(
    ['node-app', 'go-app', 'py-app'].flatMap((service) => [
      [`images/shop/${service}/config.json`, '{"Program": "/p"}'],
      [`images/shop/${service}/Dockerfile`, `FROM ${service.split('-')[0]}:1@${digest('a')}\n`],
    ]),
  ),
  'images/bases.lock.json': '{}',
  'apps/node-app/main.ts': "import '../lib/shared/shared.ts'\n",
  'apps/go-app/go.mod': 'module go-app\nreplace shared => ../lib/shared-go\n',
  'apps/go-app/main.go': 'package main\n',
  'apps/py-app/main.py': 'print(1)\n',
  'apps/lib/shared/shared.ts': 'export {}\n',
  'apps/lib/shared-go/shared.go': 'package shared\n',
  'apps/lib/unused/unused.ts': 'export {}\n',
  'docs/page.md': 'a page\n',
  'README.md': 'read me\n',
}

let place: string
let root: string
const put = async (files: Record<string, string>) => {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], {
    stdio: 'pipe',
    encoding: 'utf8',
  }).trim()
const commit = () => {
  git('add', '-A')
  git('commit', '-q', '--allow-empty', '-m', 'a commit')
}
const changed = async (since: string, to?: string, apps: string[] = ['shop']) =>
  changedApps({ root, since, to, apps })
const names = async (since: string, to?: string) =>
  (await changed(since, to)).services.map(({ service }) => service)

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'nanofleet-changed-'))
  root = join(place, 'checkout')
  await put(FILES)
  git('init', '-q', '-b', 'main')
  commit()
})
afterEach(() => rm(place, { recursive: true }))

/** What a commit does, and the services that it must release. */
const COMMITS: [what: string, files: Record<string, string>, services: string[]][] = [
  ['nothing', {}, []],
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
    'a library that all import',
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
  it('that renames a file releases its service, one that moves a folder with its manifest too', async () => {
    await rename(join(root, 'apps/py-app/main.py'), join(root, 'apps/py-app/program.py'))
    commit()
    expect((await changed('HEAD~1')).services).toMatchObject([
      { service: 'py-app', parts: ['image'], paths: ['apps/py-app/main.py', 'apps/py-app/program.py'] },
    ])
    await rename(join(root, 'apps/py-app'), join(root, 'apps/python-app'))
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

describe('changed', () => {
  it('counts the working tree as git tracks it, and leaves it and its index alone', async () => {
    await put({ 'apps/py-app/main.py': 'print(2)\n', 'apps/go-app/new.go': 'package main\n' })
    const status = git('status', '--porcelain')
    const temporary = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('nanofleet-commit-'))
    const before = await temporary()
    expect(await names('HEAD')).toEqual(['py-app'])
    expect(git('status', '--porcelain')).toBe(status)
    expect((await temporary()).filter((name) => !before.includes(name))).toEqual([])
    git('add', '-A')
    expect(await names('HEAD')).toEqual(['go-app', 'py-app'])
  })

  it('reads a commit with its own .gitattributes, and files that an archive would leave out', async () => {
    await put({ '.gitattributes': 'apps/py-app/** export-ignore\n*.py text eol=lf\n' })
    commit()
    await put({ '.gitattributes': '' })
    expect(await names('HEAD')).toEqual([])
  })

  it('finds all services new where the app was not there', async () => {
    await put({
      'images/more/app.yml': 'app: more\nservices:\n  web: {source: apps/py-app}\n',
      'images/more/web/config.json': '{"Program": "/p"}',
    })
    commit()
    const { services } = await changed('HEAD~1', undefined, ['more'])
    expect(services).toMatchObject([{ app: 'more', service: 'web', change: 'new' }])
  })

  it('finds all services new, and says why, where the app could not be read', async () => {
    await put({ 'images/shop/app.yml': 'app: shop\n' })
    commit()
    await put({ 'images/shop/app.yml': FILES['images/shop/app.yml'] ?? '' })
    const { services, notes } = await changed('HEAD')
    expect(services.map(({ service, change }) => [service, change])).toEqual(
      ['node-app', 'go-app', 'py-app'].map((service) => [service, 'new']),
    )
    expect(notes).toEqual([
      expect.stringMatching(/^in HEAD, images\/shop\/app.yml.*; so all services of shop count as new$/),
    ])
    await expect(changed('HEAD~1', 'HEAD')).rejects.toThrow('images/shop/app.yml')
  })

  it('takes a repository of apps that is a folder of a bigger one', async () => {
    await rename(root, join(place, 'inner'))
    await mkdir(root)
    await rename(join(place, 'inner/.git'), join(root, '.git'))
    await rename(join(place, 'inner'), join(root, 'deploy'))
    commit()
    await writeFile(join(root, 'deploy/apps/py-app/main.py'), 'print(2)\n')
    const { services } = await changedApps({ root: join(root, 'deploy'), since: 'HEAD', apps: ['shop'] })
    expect(services).toMatchObject([{ service: 'py-app', paths: ['apps/py-app/main.py'] }])
  })

  it('looks at all apps without a name', async () => {
    await put({ 'apps/py-app/main.py': 'print(2)\n' })
    const { services } = await changedApps({ root, since: 'HEAD' })
    expect(services.map(({ app, service }) => `${app}/${service}`)).toEqual(['shop/py-app'])
  })

  it.each([
    ['nope', 'nope: the repository has no such commit; name a branch, a tag or a commit'],
    ['--all', '--all: the repository has no such commit'],
    ['0'.repeat(40), `${'0'.repeat(40)}: the repository has no such commit`],
    ['HEAD:docs', 'HEAD:docs: the repository has no such commit'],
  ])('refuses the commit %s', async (ref, sentence) => {
    await expect(changed(ref)).rejects.toThrow(sentence)
    await expect(changed('HEAD', ref)).rejects.toThrow(sentence)
  })

  it('refuses an app that is not there', async () => {
    await expect(changed('HEAD', undefined, ['shopp'])).rejects.toThrow(
      'images/shopp: no such app; did you mean "shop"?',
    )
  })

  it('says how to get a commit that a shallow clone lacks', async () => {
    const first = git('rev-parse', 'HEAD')
    commit()
    const clone = join(place, 'clone')
    git('clone', '-q', '--depth', '1', `file://${root}`, clone)
    await expect(changedApps({ root: clone, since: first })).rejects.toThrow(
      `${first}: this shallow clone has no such commit; fetch it with "git fetch --unshallow"`,
    )
  })

  it('says that a folder is in no repository', async () => {
    await rm(join(root, '.git'), { recursive: true })
    expect(existsSync(join(root, '.git'))).toBe(false)
    await expect(changed('HEAD')).rejects.toThrow(`${root}: is in no git repository; run it in a clone`)
  })

  it('says that git is missing', async () => {
    const { PATH } = process.env
    process.env.PATH = place
    try {
      await expect(changed('HEAD')).rejects.toThrow('git: is not installed')
    } finally {
      process.env.PATH = PATH
    }
  })
})
