import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { loadApps } from '../../../adapters/sources/app-sources.ts'
import { ROOT } from '../../apps/apps.ts'

const FILES: Record<string, string> = {
  'images/web/app.yml': 'app: web\nservices:\n  web: {source: apps/web}\n',
  'images/web/web/config.json': '{"Program": "/p"}',
  'images/web/web/Dockerfile': 'FROM scratch\n',
  'apps/web/main.ts': 'console.log(1)\n',
  '.gitignore': '.env\n',
}

describe('the sources of a checkout', () => {
  let place: string
  let root: string
  const put = async (path: string, content: string) => {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
  const git = (...args: string[]) => execFileSync('git', ['-C', root, ...args], { stdio: 'pipe' })
  /** What the image of web would be made of. */
  const packed = async () => {
    const [app] = await loadApps(root, ['web'])
    const archive = gunzipSync((await app?.archives[0]?.pack()) ?? '').toString('latin1')
    return { archive, warnings: app?.warnings }
  }

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'nanofleet-checkout-'))
    root = join(place, 'checkout')
    for (const [path, content] of Object.entries(FILES)) await put(path, content)
    await writeFile(join(place, 'secret.txt'), 'outside')
  })
  afterEach(() => rm(place, { recursive: true }))

  describe('in a repository of its own', () => {
    it('are with the platform, the build scripts and the library of Nanofleet', async () => {
      await put('apps/web/main.ts', "import { settings } from 'nanofleet/lib/settings.ts'\n")
      const { archive } = await packed()
      expect(archive).toContain('nanofleet/lib/settings.ts')
      expect(archive).toContain('buildspecs/compile.mjs')
      const [here] = await loadApps(root, ['platform'])
      const [there] = await loadApps(ROOT, ['platform'])
      expect(here?.bundle).toEqual(there?.bundle)
    })

    it('have the defaults of nanofleet.yml, the platform has not', async () => {
      await put('nanofleet.yml', 'defaults: {count: 4}\n')
      const counts = (await loadApps(root)).map(({ bundle }) =>
        Object.values(bundle.manifest.services).map(({ count }) => count.desired),
      )
      expect(counts).toEqual([[3], [4]])
    })

    it('are built with the tools that its own lock names', async () => {
      const { archive } = await packed()
      await put('buildspecs/tools.lock.json', '{"ours": true}')
      expect(archive).not.toContain('"ours"')
      expect((await packed()).archive).toContain('"ours"')
    })

    it('are pushed without an app that is wrong', async () => {
      await put('images/shop/app.yml', 'app: shop\nservices: {}\n')
      await expect(loadApps(root, ['web'])).resolves.toHaveLength(1)
    })
  })

  describe('with git', () => {
    beforeEach(() => {
      git('init', '--quiet')
      git('add', '.')
    })

    it('are what git tracks, with a warning of what is not', async () => {
      await put('apps/web/.env', 'PASSWORD=horse')
      await put('apps/web/notes.txt', 'untracked horse')
      const { archive, warnings } = await packed()
      expect(archive).toContain('apps/web/main.ts')
      expect(archive).not.toContain('horse')
      expect(warnings).toEqual([
        'apps/web/notes.txt is left out, as git does not track it; git add it if it belongs to the app',
      ])
    })

    it('are refused with a tracked .env', async () => {
      await put('apps/web/.env', 'PASSWORD=horse')
      git('add', '--force', 'apps/web/.env')
      await expect(packed()).rejects.toThrow(
        'apps/web/.env: holds the environment of a machine, and a push would put it into an image; take it out with "git rm --cached apps/web/.env" and give passwords as secrets of the service',
      )
    })

    it('lack what is tracked and gone', async () => {
      await put('apps/web/gone.ts', 'gone')
      git('add', '.')
      await unlink(join(root, 'apps/web/gone.ts'))
      expect((await packed()).archive).not.toContain('apps/web/gone.ts')
    })

    it('follow a link to what is tracked, and no other', async () => {
      await put('shared/lib.ts', 'export const shared = 1')
      await symlink('../../shared/lib.ts', join(root, 'apps/web/lib.ts'))
      await symlink('../../shared', join(root, 'apps/web/all'))
      git('add', 'apps')
      await expect(packed()).rejects.toThrow('which git does not track; git add shared')
      git('add', '.')
      const { archive } = await packed()
      expect(archive).toContain('apps/web/lib.ts')
      expect(archive).toContain('apps/web/all/lib.ts')
    })

    it('are refused with a link to the .env of another folder', async () => {
      await put('.env', 'PASSWORD=horse')
      await symlink('../../.env', join(root, 'apps/web/settings'))
      git('add', '.')
      await expect(packed()).rejects.toThrow('which git does not track')
      git('add', '--force', '.env')
      await expect(packed()).rejects.toThrow('holds the environment of a machine')
    })

    it('say of an app that nobody added what to do', async () => {
      await put('images/shop/app.yml', 'app: shop\nservices: {web: {}}\n')
      expect((await loadApps(root)).map(({ bundle }) => bundle.manifest.app)).toEqual(['platform', 'web'])
      await expect(loadApps(root, ['shop'])).rejects.toThrow(
        'images/shop: git does not track it; git add images/shop',
      )
    })

    it('warn of what looks like a key', async () => {
      await put('apps/web/server.pem', 'x')
      await put('apps/web/s3.ts', `const id = '${'AK'}IAQWERTYUIOPASDFGH'`)
      git('add', '.')
      const why = 'a secret in an image is read by anyone who may read the image'
      expect((await packed()).warnings).toEqual([
        `apps/web/s3.ts holds what looks like an access key of AWS in line 1; ${why}`,
        `apps/web/server.pem is a key file by its name; ${why}`,
      ])
    })
  })

  it.each([
    ['a file', 'secret.txt'],
    ['a folder', ''],
  ])('are refused with a link to %s outside, with git and without', async (_what, target) => {
    await symlink(join(place, target), join(root, 'apps/web/link'))
    await expect(packed()).rejects.toThrow(
      /apps\/web\/link: is a link to \.\..*, which is not inside the repository/,
    )
    git('init', '--quiet')
    git('add', '.')
    await expect(packed()).rejects.toThrow('copy what it needs to its place')
  })

  it('are refused with a link to the folder around it', async () => {
    await symlink('..', join(root, 'apps/web/up'))
    await expect(packed()).rejects.toThrow('apps/web/up: is a link to apps, in which it lies itself')
  })

  it('leave a .env out where there is no git', async () => {
    await put('apps/web/.env', 'PASSWORD=horse')
    expect((await packed()).archive).not.toContain('horse')
  })
})
