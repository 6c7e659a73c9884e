import type { S3Client } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BundleStore } from '../../adapters/aws/bundle-store.ts'
import { RunFiles } from '../../adapters/aws/run-files.ts'
import { NotFound, ServiceFailure } from '../../core/base/errors.ts'
import { parsedApp } from '../../core/template/parsed-app.ts'
import { studio } from '../apps/studio.ts'

/** An empty bucket that nobody else writes to. */
export interface BucketUnderTest {
  client: S3Client
  bucket: string
  stop(): Promise<void>
}

/** What the stage's bucket does for bundles, sources and the files of runs. */
export function bucketContract(name: string, start: () => Promise<BucketUnderTest>): void {
  describe(`the bucket ${name}`, () => {
    let under: BucketUnderTest
    let bundles: BundleStore
    let runs: RunFiles
    beforeAll(async () => {
      under = await start()
      bundles = new BundleStore(under.client, under.bucket)
      runs = new RunFiles(under.client, under.bucket)
    }, 120_000)
    afterAll(() => under?.stop())

    it('has no app that was never pushed', async () => {
      expect(await bundles.pointer('never')).toBeUndefined()
      await expect(bundles.read('never')).rejects.toThrow(NotFound)
      await expect(bundles.read('never', 'd1')).rejects.toThrow(NotFound)
    })

    it('returns bundles: the current one, and any other by its digest', async () => {
      const first = studio()
      const second = { ...first, resources: {} }
      const { digest: old } = await bundles.write(first)
      const { digest } = await bundles.write(second)
      await bundles.point('studio', digest)
      expect(await bundles.pointer('studio')).toBe(digest)
      expect(await bundles.read('studio')).toEqual({ ...parsedApp(second), digest, bundle: second })
      expect(await bundles.read('studio', old)).toEqual({ ...parsedApp(first), digest: old, bundle: first })
      await bundles.point('studio', old)
      expect((await bundles.read('studio')).digest).toBe(old)
    })

    it('stores a bundle or a source once, even if it is uploaded again', async () => {
      const bundle = { ...studio(), resources: { Once: {} } }
      expect((await bundles.write(bundle)).written).toBe(true)
      expect((await bundles.write(bundle)).written).toBe(false)
      const pack = async () => Buffer.from([0x1f, 0x8b, 0])
      expect(await bundles.writeSource('s1', pack)).toBe(true)
      expect(await bundles.writeSource('s1', pack)).toBe(false)
    })

    it('returns the files of a run as last written', async () => {
      const plan = { services: ['wéb'], nothing: null, deep: { list: [1, 2, 3] } }
      await runs.write('run-1', 'plan', { first: true })
      await runs.write('run-1', 'plan', plan)
      expect(await runs.read('run-1', 'plan')).toEqual(plan)
    })

    it('says which file of which run is missing', async () => {
      await expect(runs.read('run-2', 'plan')).rejects.toThrow(ServiceFailure)
      await expect(runs.read('run-2', 'plan')).rejects.toThrow(`s3://${under.bucket}/runs/run-2/plan.json`)
    })
  })
}
