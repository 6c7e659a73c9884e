import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { BundleStore } from '../../../adapters/aws/bundle-store.ts'
import { NotFound, ServiceFailure } from '../../../core/base/errors.ts'
import { bundleKey, bundlePointerKey } from '../../../core/base/names.ts'
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
    expect(await store.read('studio')).toEqual({ digest: second, bundle: changed })
    expect((await store.read('studio', first)).bundle).toEqual(old)
  })

  it('writes a bundle once', async () => {
    expect((await store.write(studio())).written).toBe(true)
    expect((await store.write(studio())).written).toBe(false)
  })

  it('writes a source once', async () => {
    expect(await store.writeSource('d1', Buffer.from('x'))).toBe(true)
    expect(await store.writeSource('d1', Buffer.from('x'))).toBe(false)
  })

  it('says which bundle is missing behind a pointer', async () => {
    await store.point('studio', 'gone')
    await expect(store.read('studio')).rejects.toThrow(
      'Bundle gone of studio is missing in b; push the app again',
    )
  })

  it('does not take a broken object for an app', async () => {
    s3.objects.set(bundlePointerKey('studio'), Buffer.from('{'))
    await expect(store.pointer('studio')).rejects.toThrow(ServiceFailure)
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
