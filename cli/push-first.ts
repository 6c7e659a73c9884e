import type { PushedApp } from '../adapters/sources/push.ts'
import { controlStack } from '../core/base/names.ts'
import type { Stage } from '../core/base/stage.ts'
import { readSettings } from '../local/settings.ts'
import type { Context } from './context.ts'

/**
 * Puts apps of this checkout, by default all, into the stage's bucket and says so.
 * @throws {InvalidInput} when a manifest, configuration, definition or source is wrong: nothing is uploaded
 * then
 */
export async function pushFirst(context: Context, apps: string[]): Promise<PushedApp[]> {
  const { pushApps } = await import('../adapters/sources/push.ts')
  const pushed = await pushApps({
    root: readSettings().repository,
    ...(apps.length > 0 ? { apps } : {}),
    bucket: context.bucket,
    s3: context.s3(),
    stage: context.stage,
    architecture: await architectureOf(context),
  })
  for (const app of pushed) context.output.note(context.output.paint('dim', inWords(app)))
  for (const warning of new Set(pushed.flatMap(({ warnings }) => warnings)))
    context.output.note(context.output.paint('yellow', `warning: ${warning}`))
  return pushed
}

async function architectureOf(context: Context): Promise<Stage['architecture']> {
  const { stackOutputs } = await import('../adapters/aws/stack-outputs.ts')
  const { Architecture } = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return Architecture === 'arm64' ? 'arm64' : 'x86_64'
}

function inWords({ app, changed, uploads }: PushedApp): string {
  if (!changed) return `pushed ${app}: this checkout is what the stage has already`
  return `pushed ${app} from this checkout (${uploads === 1 ? '1 new source' : `${uploads} new sources`})`
}
