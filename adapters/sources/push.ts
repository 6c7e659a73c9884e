import type { S3Client } from '@aws-sdk/client-s3'
import { InvalidInput } from '../../core/base/errors.ts'
import type { Stage } from '../../core/base/stage.ts'
import { refuseOtherArchitecture } from '../../core/manifest/architecture.ts'
import { type AskOffered, refuseUnoffered } from '../../core/manifest/offered-types.ts'
import type { TypeSchemas } from '../../core/template/type-schema.ts'
import { BundleStore } from '../aws/bundle-store.ts'
import { AppFiles } from './app-files.ts'
import { loadApps } from './app-sources.ts'
import { checkResources } from './resource-check.ts'

export interface PushRequest {
  /** Folder of the repository that holds `images/` and `apps/`. */
  root: string
  /** Names of the apps; all below `images/` when absent. */
  apps?: readonly string[]
  bucket: string
  s3: S3Client
  /** Name of the stage, so that names too long for it are refused before a deployment. */
  stage?: string
  /** What that stage builds images for, so that an instance type of another one is refused. */
  architecture?: Stage['architecture']
  /** Schemas of resource types; without them, the properties of resources are not checked. */
  schemas?: TypeSchemas
  /** What builds them: `ops` needs a Dockerfile of each. */
  packager?: Stage['packager']
  /** Those of these instance types that the stage's region does not offer, with what may be meant. */
  unoffered?: AskOffered
}

export interface PushedApp {
  app: string
  /** Digest of the bundle that is now current. */
  digest: string
  /** False if the app was last pushed in the same state. */
  changed: boolean
  /** Source archives that were new. */
  uploads: number
  /** What somebody should look at, such as what looks like a key. */
  warnings: string[]
  /** It has a Kafka cluster. */
  kafka: boolean
}

/**
 * Puts apps into the stage's bucket, where the workflows find them. Everything is checked before anything is
 * uploaded, and the pointer that makes a bundle current is moved last, so an interrupted push changes
 * nothing. A second push of the same state uploads nothing.
 * @throws {InvalidInput} when a manifest, configuration, definition or source is wrong
 * @throws {ServiceFailure} if S3 refuses or fails
 */
export async function pushApps({
  root,
  apps,
  bucket,
  s3,
  stage,
  architecture,
  schemas,
  packager,
  unoffered,
}: PushRequest): Promise<PushedApp[]> {
  const loaded = await loadApps(root, apps, stage, packager)
  if (stage !== undefined && architecture !== undefined)
    for (const { bundle } of loaded) refuseOtherArchitecture(bundle.manifest, { name: stage, architecture })
  const unchecked = schemas
    ? await checkResources(
        loaded.flatMap(({ written }) => written ?? []),
        schemas,
      )
    : []
  const doubt = unoffered
    ? await refuseUnoffered(
        loaded.map(({ bundle }) => bundle.manifest),
        unoffered,
      )
    : []
  const store = new BundleStore(s3, bucket)
  return Promise.all(
    loaded.map(async ({ bundle, archives, warnings }) => {
      const { app } = bundle.manifest
      const written = await Promise.all(archives.map(({ digest, pack }) => store.writeSource(digest, pack)))
      const { digest } = await store.write(bundle)
      const changed = (await store.pointer(app)) !== digest
      if (changed) await store.point(app, digest)
      return {
        app,
        digest,
        changed,
        uploads: written.filter(Boolean).length,
        warnings: [...warnings, ...unchecked, ...doubt],
        kafka: bundle.manifest.kafka !== undefined,
      }
    }),
  )
}

/**
 * Pushes every app of the repository by itself: one that is wrong keeps no other from its place.
 * @returns the apps that were pushed, and a sentence for each problem of the others
 */
export async function pushEach(
  request: Omit<PushRequest, 'apps'>,
): Promise<{ apps: PushedApp[]; faults: string[] }> {
  const names = await (await AppFiles.of(request.root)).apps()
  const pushed = await Promise.allSettled(names.map((app) => pushApps({ ...request, apps: [app] })))
  const faults = pushed.flatMap((each) => {
    if (each.status === 'fulfilled') return []
    if (!(each.reason instanceof InvalidInput)) throw each.reason
    return [each.reason.message]
  })
  return { apps: pushed.flatMap((each) => (each.status === 'fulfilled' ? each.value : [])), faults }
}
