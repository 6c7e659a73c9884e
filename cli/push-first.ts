import { type PushedApp, pushApps } from '../adapters/push.ts'
import { readSettings } from '../local/settings.ts'
import type { Context } from './context.ts'

/**
 * Puts apps of this checkout into the stage's bucket; without names all of them.
 * @throws InvalidInput when a manifest, configuration, definition or source is wrong: nothing is uploaded then
 */
export async function pushFirst(context: Context, apps: string[]): Promise<PushedApp[]> {
  const pushed = await pushApps({
    root: readSettings().repository,
    ...(apps.length > 0 ? { apps } : {}),
    bucket: context.bucket,
    s3: context.s3(),
    stage: context.stage,
  })
  for (const { app, changed, uploads } of pushed) {
    if (changed)
      context.output.note(`pushed ${app} (${uploads === 1 ? '1 source' : `${uploads} sources`} new)`)
  }
  return pushed
}
