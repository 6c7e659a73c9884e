import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BundleStore } from '../../adapters/bundle-store.ts'
import { NotFound, ServiceFailure } from '../../core/errors.ts'
import { bundleKey, bundlePointerKey } from '../../core/names.ts'
import { MemoryS3 } from '../support/memory-s3.ts'
import { photos } from '../support/photos.ts'

describe('the bundle store', () => {
  let s3: MemoryS3
  let store: BundleStore

  beforeEach(async () => {
    s3 = await MemoryS3.start()
    store = new BundleStore(s3.client, 'b')
  })
  afterEach(() => s3.stop())

  it('has no pointer of an app that nobody pushed', async () => {
    expect(await store.pointer('photos')).toBeUndefined()
    await expect(store.read('photos')).rejects.toThrow(NotFound)
  })

  it('gives back what was written, the current one and any other by its digest', async () => {
    const old = photos()
    const { digest: first } = await store.write(old)
    const changed = { ...old, resources: {} }
    const { digest: second } = await store.write(changed)
    await store.point('photos', second)
    expect(await store.read('photos')).toEqual({ digest: second, bundle: changed })
    expect((await store.read('photos', first)).bundle).toEqual(old)
  })

  it('writes a bundle once', async () => {
    expect((await store.write(photos())).written).toBe(true)
    expect((await store.write(photos())).written).toBe(false)
  })

  it('writes a source once', async () => {
    expect(await store.writeSource('d1', Buffer.from('x'))).toBe(true)
    expect(await store.writeSource('d1', Buffer.from('x'))).toBe(false)
  })

  it('says which bundle is missing behind a pointer', async () => {
    await store.point('photos', 'gone')
    await expect(store.read('photos')).rejects.toThrow(
      'Bundle gone of photos is missing in b; push the app again',
    )
  })

  it('does not take a broken object for an app', async () => {
    s3.objects.set(bundlePointerKey('photos'), Buffer.from('{'))
    await expect(store.pointer('photos')).rejects.toThrow(ServiceFailure)
  })

  it('does not take a failure for an absent object', async () => {
    await s3.stop()
    await expect(store.pointer('photos')).rejects.toThrow(ServiceFailure)
    await expect(store.write(photos())).rejects.toThrow(ServiceFailure)
    s3 = await MemoryS3.start()
  })

  it('stores under the digest of the content', async () => {
    const { digest } = await store.write(photos())
    expect([...s3.objects.keys()]).toEqual([bundleKey('photos', digest)])
  })
})
