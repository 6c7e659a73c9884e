import { NotFound } from '../../core/base/errors.ts'
import { type Environments, type ListedRelease, listReleases } from '../../core/deploy/release-list.ts'
import type { Release } from '../../core/deploy/releases.ts'
import type { Context } from '../context.ts'

/**
 * The kept releases of an app, oldest first.
 * @throws {NotFound} for an app that is not deployed
 */
export async function releaseList(context: Context, app: string): Promise<ListedRelease[]> {
  const book = context.releases()
  const [kept, current] = await Promise.all([book.kept(app), book.current(app)])
  if (kept.length > 0) return listReleases(kept, current?.release, await environments(context, app, kept))
  const { stage } = context
  throw new NotFound(
    `${app} has no release on stage ${stage}; deploy it with "nanofleet --stage ${stage} deploy ${app}"`,
  )
}

/** A bundle that cannot be read any more only says less. */
async function environments(context: Context, app: string, kept: Release[]): Promise<Environments> {
  const digests = [...new Set(kept.map(({ bundle }) => bundle))]
  if (digests.length < 2) return new Map()
  const bundles = context.bundles()
  const read = await Promise.allSettled(digests.map((digest) => bundles.read(app, digest)))
  return new Map(
    read.flatMap((each) => {
      if (each.status === 'rejected') return []
      const { digest, bundle } = each.value
      const services = Object.entries(bundle.manifest.services).map(([name, { env }]) => [name, env])
      return [[digest, Object.fromEntries(services)]]
    }),
  )
}
