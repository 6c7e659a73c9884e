import type { AppBundle } from '../base/bundle.ts'
import { appStack, TAG } from '../base/names.ts'
import { standingStack } from '../template/bring-stack.ts'
import type { Stacks } from '../template/stacks.ts'
import { standingServices } from './plan-facts.ts'
import type { ReleaseBook } from './releases.ts'
import type { TeardownFacts } from './teardown-plan.ts'

export interface TeardownPorts {
  stage: string
  stacks: Stacks
  releases: Pick<ReleaseBook, 'current'>
  bundles: { read(app: string, digest?: string): Promise<{ bundle: AppBundle }> }
}

/** Reads what exists of an app, recorded or not, and which other apps the stage has. */
export async function teardownFacts(ports: TeardownPorts, app: string): Promise<TeardownFacts> {
  const { stage, stacks } = ports
  const views = await stacks.tagged({ [TAG.stage]: stage })
  const apps = new Set(views.map(({ tags }) => tags[TAG.app]).filter((name) => name !== undefined))
  const bundleOf = async (name: string): Promise<AppBundle> => {
    const release = await ports.releases.current(name)
    return (await ports.bundles.read(name, release?.bundle)).bundle
  }
  const others = [...apps].filter((name) => name !== app).sort()
  const own = views.find(({ name }) => name === appStack(stage, app))
  return {
    bundle: await bundleOf(app),
    standing: standingServices(views, app).sort(),
    template: (await standingStack(stacks, own))?.template,
    others: await Promise.all(
      others.map(async (name) => ({ app: name, requires: (await bundleOf(name)).manifest.requires })),
    ),
  }
}
