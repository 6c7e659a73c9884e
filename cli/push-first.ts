import type { PushedApp } from '../adapters/sources/push.ts'
import { controlStack } from '../core/base/names.ts'
import type { Stage } from '../core/base/stage.ts'
import { requireTools } from '../core/images/locks.ts'
import type { Unoffered } from '../core/manifest/offered-types.ts'
import { readSettings } from '../local/settings.ts'
import type { Context } from './context.ts'
import { toolsLock } from './tools-lock.ts'

/**
 * Puts apps of this checkout, by default all, into the stage's bucket and says so.
 * @throws {InvalidInput} when a manifest, configuration, definition or source is wrong: nothing is uploaded
 * then
 */
export async function pushFirst(context: Context, apps: string[]): Promise<PushedApp[]> {
  const { pushApps } = await import('../adapters/sources/push.ts')
  const { TypeRegistry } = await import('../adapters/aws/type-registry.ts')
  const { root, repository } = readSettings()
  await refuseOverSpecs(context, root, apps)
  const { architecture, packager } = await builder(context)
  // A local region takes the tools of this machine.
  if (packager === 'ops' && !context.local) requireTools(toolsLock(root, repository), architecture)
  const pushed = await pushApps({
    root,
    ...(apps.length > 0 ? { apps } : {}),
    bucket: context.bucket,
    s3: context.s3(),
    stage: context.stage,
    architecture,
    schemas: new TypeRegistry(context.cloudFormation()),
    packager,
    unoffered: (types) => offered(context, types),
  })
  for (const app of pushed) context.output.note(context.output.paint('dim', inWords(app)))
  for (const warning of new Set(pushed.flatMap(({ warnings }) => warnings)))
    context.output.note(context.output.paint('yellow', `warning: ${warning}`))
  if (context.local && pushed.some(({ kafka }) => kafka)) {
    const { fetchKafka } = await import('./fetch-kafka.ts')
    await fetchKafka((line) => context.output.note(line))
  }
  return pushed
}

/** @throws {NameTaken} for an app of this checkout whose name a spec has */
async function refuseOverSpecs(context: Context, root: string, apps: string[]): Promise<void> {
  const { AppFiles } = await import('../adapters/sources/app-files.ts')
  const { refuseSpecs } = await import('../core/spec/name-taken.ts')
  const names = apps.length > 0 ? apps : await (await AppFiles.of(root)).apps()
  await refuseSpecs(context.stage, { bundles: context.bundles(), releases: context.releases() }, names)
}

/** Which instance types the stage's region does not have. */
export async function offered(context: Context, types: readonly string[]): Promise<Unoffered> {
  const { unoffered } = await import('../adapters/aws/account-facts.ts')
  try {
    return { missing: await unoffered(context.ec2(), types) }
  } catch (error) {
    // Who may push need not be allowed to ask EC2.
    return { unknown: (error as Error).message }
  }
}

/** What builds images on this stage, and for which machines. */
export async function builder(context: Context): Promise<Pick<Stage, 'architecture' | 'packager'>> {
  const { stackOutputs } = await import('../adapters/aws/stack-outputs.ts')
  const outputs = await stackOutputs(context.cloudFormation(), controlStack(context.stage))
  return {
    architecture: outputs.Architecture === 'arm64' ? 'arm64' : 'x86_64',
    packager: outputs.Packager === 'process' ? 'process' : 'ops',
  }
}

function inWords({ app, changed, uploads }: PushedApp): string {
  if (!changed) return `pushed ${app}: this checkout is what the stage has already`
  return `pushed ${app} from this checkout (${uploads === 1 ? '1 new source' : `${uploads} new sources`})`
}
