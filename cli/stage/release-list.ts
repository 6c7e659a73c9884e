import { NotFound } from '../../core/base/errors.ts'
import { type ListedRelease, listReleases } from '../../core/deploy/release-list.ts'
import type { Context } from '../context.ts'

/**
 * The kept releases of an app, oldest first.
 * @throws {NotFound} for an app that is not deployed
 */
export async function releaseList(context: Context, app: string): Promise<ListedRelease[]> {
  const book = context.releases()
  const [kept, current] = await Promise.all([book.kept(app), book.current(app)])
  if (kept.length > 0) return listReleases(kept, current?.release)
  const { stage } = context
  throw new NotFound(
    `${app} has no release on stage ${stage}; deploy it with "nanofleet --stage ${stage} deploy ${app}"`,
  )
}
