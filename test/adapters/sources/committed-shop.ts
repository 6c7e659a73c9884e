import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { changedApps } from '../../../adapters/sources/changed-apps.ts'

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`
export const FILES: Record<string, string> = {
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

/** Where the repository of this test is. */
export const shop = { place: '', root: '' }

export const put = async (files: Record<string, string>) => {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(shop.root, path)), { recursive: true })
    await writeFile(join(shop.root, path), content)
  }
}
export const git = (...args: string[]) =>
  execFileSync('git', ['-C', shop.root, '-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], {
    stdio: 'pipe',
    encoding: 'utf8',
  }).trim()
export const commit = () => {
  git('add', '-A')
  git('commit', '-q', '--allow-empty', '-m', 'a commit')
}
export const changed = async (since: string, to?: string, apps: string[] = ['shop']) =>
  changedApps({ root: shop.root, since, to, apps })
export const names = async (since: string, to?: string) =>
  (await changed(since, to)).services.map(({ service }) => service)

export async function makeShop(): Promise<void> {
  shop.place = await mkdtemp(join(tmpdir(), 'nanofleet-changed-'))
  shop.root = join(shop.place, 'checkout')
  await put(FILES)
  git('init', '-q', '-b', 'main')
  commit()
}
export const removeShop = (): Promise<void> => rm(shop.place, { recursive: true })
