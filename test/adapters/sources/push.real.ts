import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BundleStore } from '../../../adapters/aws/bundle-store.ts'
import { pushApps } from '../../../adapters/sources/push.ts'
import { InvalidInput, ServiceFailure } from '../../../core/base/errors.ts'
import { bundlePointerKey } from '../../../core/base/names.ts'
import { ROOT } from '../../apps/apps.ts'
import { MemoryS3 } from '../../support/memory-s3.ts'

const PARTS = ['images', 'apps', 'buildspecs', 'package.json', 'package-lock.json']

describe('a push', () => {
  let s3: MemoryS3
  let root: string
  const push = (apps?: string[]) => pushApps({ root, bucket: 'b', s3: s3.client, ...(apps && { apps }) })

  beforeEach(async () => {
    s3 = await MemoryS3.start()
    root = await mkdtemp(join(tmpdir(), 'nanofleet-push-'))
    const filter = (path: string) => !/\/(node_modules|dist)(\/|$)/.test(path.slice(ROOT.length))
    await Promise.all(
      PARTS.map((part) => cp(join(ROOT, part), join(root, part), { recursive: true, filter })),
    )
  })

  afterEach(async () => {
    await s3.stop()
    await rm(root, { recursive: true })
  })

  it('puts every app into the bucket, readable by its name alone', async () => {
    const pushed = await push()
    const entries = await readdir(join(root, 'images'), { withFileTypes: true })
    const apps = entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort()
    expect(pushed.map(({ app, changed }) => ({ app, changed }))).toEqual(
      apps.map((app) => ({ app, changed: true })),
    )
    const store = new BundleStore(s3.client, 'b')
    const { bundle, digest } = await store.read('web')
    expect(digest).toBe(pushed.find(({ app }) => app === 'web')?.digest)
    expect(s3.objects.has(`sources/${bundle.services.web?.source}.tgz`)).toBe(true)
  })

  it('uploads nothing for a stage whose images the instances cannot start', async () => {
    const to = { root, apps: ['web'], bucket: 'b', s3: s3.client, stage: 'dev' }
    await expect(pushApps({ ...to, architecture: 'arm64' })).rejects.toThrow(
      'images/web/app.yml: services.web.instanceType: t3.micro has x86_64 processors, and the stage dev builds images for arm64',
    )
    expect(s3.writes).toEqual([])
    expect(await pushApps({ ...to, architecture: 'x86_64' })).toHaveLength(1)
  })

  it('uploads nothing with an instance type that the region does not have', async () => {
    const to = { root, apps: ['web'], bucket: 'b', s3: s3.client, stage: 'dev' }
    const asked: string[][] = []
    const answer = (missing: [string, string][]) => async (types: readonly string[]) => {
      asked.push([...types])
      return { missing: new Map(missing) }
    }
    await expect(pushApps({ ...to, unoffered: answer([['t3.micro', 't3.macro']]) })).rejects.toThrow(
      'images/web/app.yml: services.web.instanceType: EC2 does not offer t3.micro in this region; did you mean "t3.macro"?',
    )
    await expect(pushApps({ ...to, unoffered: answer([['t3.micro', '']]) })).rejects.toThrow(
      'EC2 does not offer t3.micro in this region; choose another type or region',
    )
    expect(s3.writes).toEqual([])
    expect(asked).toEqual([['t3.micro'], ['t3.micro']])
    const [pushed] = await pushApps({ ...to, unoffered: async () => ({ unknown: 'not authorized' }) })
    expect(pushed?.warnings).toContain('nobody knows whether the instance types exist: not authorized')
  })

  it('uploads nothing without a Dockerfile for a stage that builds it, and warns for any other', async () => {
    await rm(join(root, 'images/web/web/Dockerfile'))
    const to = { root, apps: ['web'], bucket: 'b', s3: s3.client }
    await expect(pushApps({ ...to, packager: 'ops' })).rejects.toThrow(
      'images/web/web/Dockerfile: is missing, and the image is built from it; write it; docs/manifest.md shows one',
    )
    expect(s3.writes).toEqual([])
    const [pushed] = await pushApps({ ...to, packager: 'process' })
    expect(pushed?.warnings).toContain(
      'there is no images/web/web/Dockerfile; a stage on AWS builds the image from it',
    )
  })

  it('uploads nothing when program, manifest, definition and check do not name one port', async () => {
    const file = join(root, 'images/web/app.yml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('port: 8080', 'port: 8090'))
    await expect(push(['web'])).rejects.toThrow(
      [
        'images/web/web/config.json: Env.PORT: tells the program to listen on 8080, and services.web.port says 8090; write the same in both',
        'images/web/web/consul.json:3: says port 8080, and images/web/app.yml: services.web.port says 8090; write the same in both',
      ].join('\n'),
    )
    expect(s3.writes).toEqual([])
  })

  it('moves the pointer after everything that it leads to', async () => {
    await push(['web'])
    expect(s3.writes.at(-1)).toBe(bundlePointerKey('web'))
  })

  it('uploads nothing the second time', async () => {
    await push()
    s3.writes.length = 0
    expect((await push()).every(({ changed, uploads }) => !changed && uploads === 0)).toBe(true)
    expect(s3.writes).toEqual([])
  })

  it('uploads one source when one source changed', async () => {
    await push()
    await writeFile(join(root, 'apps/web/extra.ts'), 'export const extra = 1\n')
    const pushed = await push()
    expect(pushed.filter(({ changed }) => changed)).toMatchObject([{ app: 'web', uploads: 1 }])
    expect(pushed.reduce((sum, { uploads }) => sum + uploads, 0)).toBe(1)
  })

  it('makes no new image of a changed Consul definition', async () => {
    await push()
    const file = join(root, 'images/web/web/consul.json')
    await writeFile(file, `${await readFile(file, 'utf8')}\n`)
    const [pushed] = await push(['web'])
    expect(pushed).toMatchObject({ changed: true, uploads: 0 })
  })

  it('uploads nothing when any app is wrong', async () => {
    const file = join(root, 'images/web/app.yml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('count: 2', 'cuont: 2'))
    await expect(push()).rejects.toThrow(
      /^images\/web\/app\.yml:\d+: services\.web\.cuont: unknown key; did you mean "count"\?$/,
    )
    expect(s3.writes).toEqual([])
  })

  it('uploads nothing when two apps have a Consul name in common', async () => {
    await cp(join(root, 'images/web'), join(root, 'images/shop'), { recursive: true })
    await cp(join(root, 'images/shop/web'), join(root, 'images/shop/front'), { recursive: true })
    await writeFile(join(root, 'images/shop/app.yml'), 'app: shop\nservices:\n  front: {}\n')
    await expect(push(['web'])).rejects.toThrow(
      new InvalidInput(
        'images/web/web/consul.json:3',
        'the Consul name web is taken by images/shop/front/consul.json:3',
        'choose another name',
      ),
    )
    expect(s3.writes).toEqual([])
  })

  it('names an app that is not there', async () => {
    await expect(push(['wbe'])).rejects.toThrow(
      new InvalidInput('images/wbe', 'no such app', 'did you mean "web"?'),
    )
  })

  it('refuses a source folder that is not there', async () => {
    const file = join(root, 'images/web/app.yml')
    await writeFile(file, (await readFile(file, 'utf8')).replace('source: apps/web', 'source: apps/wed'))
    await expect(push(['web'])).rejects.toThrow('images/web/app.yml: services.web.source: no folder apps/wed')
  })

  it('keeps the app as it was when an upload fails', async () => {
    await push(['web'])
    const before = s3.objects.get(bundlePointerKey('web'))
    await writeFile(join(root, 'apps/web/extra.ts'), 'export const extra = 1\n')
    const writes = s3.writes.length
    await push(['web'])
    const source = s3.writes[writes] ?? ''
    s3.objects.delete(source)
    s3.objects.set(bundlePointerKey('web'), before as Buffer)
    s3.broken.add(source)
    await expect(push(['web'])).rejects.toThrow(ServiceFailure)
    expect(s3.objects.get(bundlePointerKey('web'))).toEqual(before)
  })
})
