import { existsSync } from 'node:fs'
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { changedApps } from '../../../adapters/sources/changed-apps.ts'
import { changed, commit, FILES, git, makeShop, names, put, removeShop, shop } from './committed-shop.ts'

beforeEach(makeShop)
afterEach(removeShop)

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
    await rename(shop.root, join(shop.place, 'inner'))
    await mkdir(shop.root)
    await rename(join(shop.place, 'inner/.git'), join(shop.root, '.git'))
    await rename(join(shop.place, 'inner'), join(shop.root, 'deploy'))
    commit()
    await writeFile(join(shop.root, 'deploy/apps/py-app/main.py'), 'print(2)\n')
    const { services } = await changedApps({ root: join(shop.root, 'deploy'), since: 'HEAD', apps: ['shop'] })
    expect(services).toMatchObject([{ service: 'py-app', paths: ['apps/py-app/main.py'] }])
  })

  it('looks at all apps without a name', async () => {
    await put({ 'apps/py-app/main.py': 'print(2)\n' })
    const { services } = await changedApps({ root: shop.root, since: 'HEAD' })
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
    const clone = join(shop.place, 'clone')
    git('clone', '-q', '--depth', '1', `file://${shop.root}`, clone)
    await expect(changedApps({ root: clone, since: first })).rejects.toThrow(
      `${first}: this shallow clone has no such commit; fetch it with "git fetch --unshallow"`,
    )
  })

  it('says that a folder is in no repository', async () => {
    await rm(join(shop.root, '.git'), { recursive: true })
    expect(existsSync(join(shop.root, '.git'))).toBe(false)
    await expect(changed('HEAD')).rejects.toThrow(`${shop.root}: is in no git repository; run it in a clone`)
  })

  it('says that git is missing', async () => {
    const { PATH } = process.env
    process.env.PATH = shop.place
    try {
      await expect(changed('HEAD')).rejects.toThrow('git: is not installed')
    } finally {
      process.env.PATH = PATH
    }
  })
})
