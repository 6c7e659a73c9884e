import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BundleStore } from '../../../adapters/aws/bundle-store.ts'
import type { AppBundle } from '../../../core/base/bundle.ts'
import { canonicalJson, sha256 } from '../../../core/base/canonical.ts'
import { InvalidInput, NotFound, ServiceFailure, ServiceRefusal } from '../../../core/base/errors.ts'
import { bundleKey, bundlePointerKey } from '../../../core/base/names.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { studio } from '../../apps/studio.ts'
import { MemoryS3 } from '../../support/memory-s3.ts'

describe('the bundle store', () => {
  let s3: MemoryS3
  let store: BundleStore

  beforeEach(async () => {
    s3 = await MemoryS3.start()
    store = new BundleStore(s3.client, 'b')
  })
  afterEach(() => s3.stop())

  it('has no pointer of an app that nobody pushed', async () => {
    expect(await store.pointer('studio')).toBeUndefined()
    await expect(store.read('studio')).rejects.toThrow(NotFound)
  })

  it('gives back what was written, the current one and any other by its digest', async () => {
    const old = studio()
    const { digest: first } = await store.write(old)
    const changed = { ...old, resources: {} }
    const { digest: second } = await store.write(changed)
    await store.point('studio', second)
    expect(await store.read('studio')).toEqual({ ...parsedApp(changed), digest: second, bundle: changed })
    expect((await store.read('studio', first)).bundle).toEqual(old)
  })

  it('writes a bundle once', async () => {
    expect((await store.write(studio())).written).toBe(true)
    expect((await store.write(studio())).written).toBe(false)
  })

  it('writes a source once', async () => {
    let packed = 0
    const pack = async () => Buffer.from(`x${++packed}`)
    expect(await store.writeSource('d1', pack)).toBe(true)
    expect(await store.writeSource('d1', pack)).toBe(false)
    expect(packed).toBe(1)
  })

  it('says which bundle is missing behind a pointer', async () => {
    await store.point('studio', 'gone')
    await expect(store.read('studio')).rejects.toThrow(
      'Bundle gone of studio is missing in b; push the app again',
    )
  })

  it('gives the outline of a bundle that breaks rules of today, and of nothing else', async () => {
    const { manifest, ...rest } = studio()
    const old = { ...rest, manifest: { ...manifest, requires: [] }, format: 0 }
    const { digest } = await store.write(old as unknown as AppBundle)
    await expect(store.read('studio', digest)).rejects.toThrow(InvalidInput)
    const { requires, services } = await store.outline('studio', digest)
    expect(requires).toEqual([])
    expect(Object.keys(services).sort()).toEqual(Object.keys(manifest.services).sort())
    expect(services.master?.needs).toEqual(manifest.services.master?.needs)
    const { digest: other } = await store.write({ manifest: { app: 'studio' } } as unknown as AppBundle)
    await expect(store.outline('studio', other)).rejects.toThrow('is not an app with services')
    await expect(store.outline('studio', 'gone')).rejects.toThrow(NotFound)
  })

  it('does not take a broken object for an app', async () => {
    s3.objects.set(bundlePointerKey('studio'), Buffer.from('{'))
    await expect(store.pointer('studio')).rejects.toThrow(ServiceFailure)
  })

  it('does not take a pointer without a digest for one', async () => {
    s3.objects.set(bundlePointerKey('studio'), Buffer.from('{"digest": 7}'))
    await expect(store.pointer('studio')).rejects.toThrow(
      new ServiceRefusal('s3://b/apps/studio/current.json names no digest; delete it and push the app again'),
    )
  })

  it('refuses a bundle that was changed after the push, whatever it says', async () => {
    const { digest } = await store.write(studio())
    const key = bundleKey('studio', digest)
    const changed = canonicalJson({ ...studio(), resources: {} })
    s3.objects.set(key, Buffer.from(changed))
    const read = store.read('studio', digest)
    await expect(read).rejects.toThrow(ServiceRefusal)
    await expect(read).rejects.toThrow(
      `s3://b/${key} has the digest ${sha256(changed)}, so somebody changed it; delete it and push the app again`,
    )
  })

  it.each([
    ['a list', [], ': [] is not an object;'],
    ['another format', { ...studio(), format: 2 }, ': format: 2 is unknown;'],
    ['an unknown key', { ...studio(), extra: true }, ': extra: unknown key;'],
    [
      'a manifest of another type',
      { ...studio(), manifest: { ...studio().manifest, requires: 'platform' } },
      ': manifest.requires: "platform" is not a list;',
    ],
    [
      'a manifest against its own rules',
      { ...studio(), manifest: { ...studio().manifest, requires: [] } },
      ': manifest.requires: platform is missing;',
    ],
    [
      'another app',
      { ...studio(), manifest: { ...studio().manifest, app: 'atelier' } },
      ': manifest.app: "atelier" is not the app studio;',
    ],
    ['no files of a service', { ...studio(), services: {} }, ': services.master: is missing;'],
    [
      'files of no service',
      { ...studio(), services: { ...studio().services, spare: studio().services.db } },
      ': services.spare: is not a service of the manifest;',
    ],
    [
      'resources that are none',
      { ...studio(), resources: { Resources: { A: { Type: 'table' } } } },
      ': resources.Resources.A.Type: "table" is not a resource type;',
    ],
  ])('refuses a stored bundle with %s', async (_what, stored, sentence) => {
    const text = canonicalJson(stored)
    const key = bundleKey('studio', sha256(text))
    s3.objects.set(key, Buffer.from(text))
    const read = store.read('studio', sha256(text))
    await expect(read).rejects.toThrow(InvalidInput)
    await expect(read).rejects.toThrow(
      `s3://b/${key}${sentence} push the app again, and deploy it where it is deployed`,
    )
  })

  it.each([
    ['a source without a digest', { source: 'a1' }, 'services.db.source: "a1" is not a SHA-256'],
    ['an unknown key of ops', { config: { Argz: [] } }, 'services.db.config.Argz: unknown key'],
    ['no definition at all', { definition: undefined }, 'services.db.definition: is missing'],
    [
      'a definition that is none',
      { definition: '{"name": "db", "prot": 1}' },
      '.json: services.db.definition: prot: is not a field of Consul\'s definition; did you mean "Port"?; push the app again',
    ],
  ])('refuses a stored service with %s', async (_what, part, sentence) => {
    const { services, ...rest } = studio()
    const text = canonicalJson({ ...rest, services: { ...services, db: { ...services.db, ...part } } })
    s3.objects.set(bundleKey('studio', sha256(text)), Buffer.from(text))
    await expect(store.read('studio', sha256(text))).rejects.toThrow(sentence)
  })

  it('does not take a failure for an absent object', async () => {
    await s3.stop()
    await expect(store.pointer('studio')).rejects.toThrow(ServiceFailure)
    await expect(store.write(studio())).rejects.toThrow(ServiceFailure)
    s3 = await MemoryS3.start()
  })

  it('stores under the digest of the content', async () => {
    const { digest } = await store.write(studio())
    expect([...s3.objects.keys()]).toEqual([bundleKey('studio', digest)])
  })
})
