import { appStack, TAG } from '../base/names.ts'
import type { Outline } from '../template/outline.ts'
import type { Stacks } from '../template/stacks.ts'
import { dataParts, type KeptBook } from './kept-data.ts'
import { standingServices } from './plan-facts.ts'
import type { ReleaseBook } from './releases.ts'
import type { TeardownFacts } from './teardown-plan.ts'

export interface TeardownPorts {
  stage: string
  stacks: Stacks
  releases: Pick<ReleaseBook, 'current'>
  kept: Pick<KeptBook, 'list'>
  bundles: { outline(app: string, digest?: string): Promise<Outline> }
}

/** Reads what exists of an app, recorded or not, and which other apps the stage has. */
export async function teardownFacts(ports: TeardownPorts, app: string): Promise<TeardownFacts> {
  const { stage, stacks } = ports
  const views = await stacks.tagged({ [TAG.stage]: stage })
  const apps = new Set(views.map(({ tags }) => tags[TAG.app]).filter((name) => name !== undefined))
  const outlineOf = async (name: string): Promise<Outline> => {
    const release = await ports.releases.current(name)
    return await ports.bundles.outline(name, release?.bundle)
  }
  const others = [...apps].filter((name) => name !== app).sort()
  const name = appStack(stage, app)
  // One that has only taken up kept data has no tags yet.
  const own = views.find((view) => view.name === name) ?? (await stacks.find(name))
  return {
    outline: await outlineOf(app),
    standing: standingServices(views, app).sort(),
    data: own ? dataParts(await stacks.parts(own.name)) : [],
    kept: (await ports.kept.list(app)).filter((each) => each.with === undefined),
    others: await Promise.all(
      others.map(async (name) => ({ app: name, requires: (await outlineOf(name)).requires })),
    ),
  }
}
