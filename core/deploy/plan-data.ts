import { InvalidInput, NotFound } from '../base/errors.ts'
import { appStack } from '../base/names.ts'
import { appTemplate } from '../template/app.ts'
import { StackFailure, type WantedStack } from '../template/bring-stack.ts'
import { dataResources, withoutNames } from '../template/data-types.ts'
import { withStaying } from '../template/fragments.ts'
import { stackChange } from '../template/stack-change.ts'
import type { ChangeSets, Stacks } from '../template/stacks.ts'
import { replacingChanges, type TypeSchemas } from '../template/type-schema.ts'
import { wantedAppStack, withLeavingGroups } from '../template/wanted-stacks.ts'
import type { Holdings } from './holdings.ts'
import { type KeptBook, type KeptData, neverLeft, toTakeUp } from './kept-data.ts'
import { type FoundLoss, type Loss, lossesIn, lossText } from './losses.ts'
import type { PlanFacts } from './plan-facts.ts'
import { planRestore, type RestorePorts, type RestoreRequest } from './plan-restore.ts'
import { present } from './present.ts'

export interface DataPorts extends RestorePorts {
  stacks: Pick<Stacks, 'parts'>
  changeSets: Pick<ChangeSets, 'preview'>
  schemas: TypeSchemas
  kept: KeptBook
  holdings: Holdings
}

/** What a deployment does to what holds data. */
export interface DataPlan {
  /** Nothing of it happens unless somebody names it. */
  losses: Loss[]
  /** Logical ids that stay in the stack as they are, because going back takes no data away. */
  stays: string[]
  /** What an earlier run kept, or this one restores, and this one takes into the stack. */
  takenUp: KeptData[]
  notes: string[]
}

type Purpose = 'deploy' | 'dry-run' | 'undo'

/**
 * Finds out what a deployment would do to data, before it does anything: a change set of CloudFormation that
 * is never executed says what would be replaced or removed.
 *
 * Going back, by hand or after a failure, takes no data away: what the release does not have stays in the
 * stack. Going back by hand is refused if it would replace something; on the way back from a failure that
 * stays as it is, too.
 * @throws {InvalidInput} for a rollback that would replace data
 * @throws {StackFailure} when the way back from a failure would lose data in spite of all
 */
export async function planData(
  ports: DataPorts,
  facts: PlanFacts,
  purpose: Purpose,
  request: RestoreRequest,
): Promise<DataPlan> {
  const { app, stage, stacks } = facts
  const wanted = appTemplate(app, stage)
  const restored = await planRestore(ports, facts, wanted, request)
  const restores = restored.up.map(({ name }) => name)
  const kept = await takeUp({ ...ports, facts, purpose, wanted, taken: [], restores })
  const takenUp = [...kept.up, ...restored.up]
  const notes = [...kept.notes, ...restored.notes]
  const look = { ...ports, facts, purpose, wanted, taken: takenUp.map(({ name }) => name), restores }
  const known = dataResources(look.wanted)
  const stays = facts.kept ? dataResources(stacks.own?.template).filter((name) => !known.includes(name)) : []
  try {
    const plan = await decide(look, stays)
    const losses = await counted(ports, [...plan.found, ...kept.found, ...restored.found])
    return { losses, stays: plan.stays, takenUp, notes: [...notes, ...stayNotes(plan.stays)] }
  } catch (error) {
    // Only then is a value of the platform missing that the deployment will bring.
    if (!(error instanceof NotFound && purpose === 'dry-run')) throw error
    const note = `what happens to data is not known before the platform is deployed: ${error.message}`
    return { losses: [], stays, takenUp, notes: [...notes, note] }
  }
}

interface Look extends DataPorts {
  facts: PlanFacts
  purpose: Purpose
  wanted: WantedStack['template']
  /** Logical ids of what comes into the stack first. */
  taken: string[]
  /** Those of them that come from backups: what the stack has under their names leaves it before. */
  restores: string[]
}

async function decide(look: Look, stays: string[]): Promise<{ found: FoundLoss[]; stays: string[] }> {
  const { facts, purpose } = look
  const found = await preview(look, stays)
  if (!facts.kept || found.length === 0) return { found, stays }
  const { app } = facts.app.bundle.manifest
  if (purpose !== 'undo') throw await refusal(look, found)
  const staying = [...stays, ...found.map(({ name }) => name)]
  const left = await preview(look, staying)
  if (left.length === 0) return { found: [], stays: staying }
  const names = left.map(({ name }) => name).join(', ')
  throw new StackFailure(
    `stack ${appStack(facts.stage.name, app)}: going back would lose the data of ${names}; it stays`,
  )
}

async function refusal(look: Look, found: FoundLoss[]): Promise<InvalidInput> {
  const { app } = look.facts.app.bundle.manifest
  const problem = (await counted(look, found)).map(lossText).join(' | ')
  const remedy = 'going back never replaces data; deploy a checkout that fits the data instead'
  return new InvalidInput(`rollback of ${app}`, problem, remedy)
}

/** What CloudFormation would take away; it is not asked when nothing changes, or nothing holds data. */
async function preview(
  { facts, changeSets, wanted, taken, restores }: Look,
  stays: string[],
): Promise<FoundLoss[]> {
  const { stage, app, stacks, standing } = facts
  const { own, outputs } = stacks
  if (!own || dataResources(own.template).length === 0) return []
  const { manifest } = app.bundle
  const removed = standing.filter((service) => !(service in manifest.services))
  const stack = wantedAppStack(stage, manifest.app, wanted, outputs.platform)
  const target = withStaying(
    withLeavingGroups(stack, own, removed, { stage, platform: outputs.platform }),
    own,
    stays,
  )
  if (stackChange(own, target).action === 'unchanged') return []
  const template = JSON.stringify(withoutNames(target.template, taken))
  const found = lossesIn(await changeSets.preview({ ...target, template }))
  return found.filter(({ name }) => !restores.includes(name))
}

/** Which kept data comes back into the stack, and what the wanted template would then replace of it. */
async function takeUp(look: Look): Promise<{ up: KeptData[]; found: FoundLoss[]; notes: string[] }> {
  const { facts, kept, holdings, wanted, purpose } = look
  const { app } = facts.app.bundle.manifest
  const own = facts.stacks.own
  const all = await kept.list(app)
  const parts = own && all.length > 0 ? await look.stacks.parts(appStack(facts.stage.name, app)) : []
  const stale = neverLeft(all, parts)
  const up: KeptData[] = []
  const found: FoundLoss[] = []
  const notes: string[] = []
  const { stage, stacks } = facts
  const { parameters } = wantedAppStack(stage, app, wanted, stacks.outputs.platform)
  const there = own && present(own.template, own.parameters, stage.region)
  for (const each of toTakeUp(all, present(wanted, parameters, stage.region), there)) {
    if (look.restores.includes(each.name)) continue
    if ('missing' in (await holdings.of(each))) {
      stale.push(each)
      notes.push(`${each.name} was kept as ${each.id}, which does not exist any more; a new one is made`)
      continue
    }
    const because = await causes(look, each)
    if (because.length > 0 && purpose === 'undo') continue
    if (because.length > 0)
      found.push({ name: each.name, type: each.type, id: each.id, fate: 'replaced', because })
    up.push(each)
    if (each.with === undefined)
      notes.push(`${each.name} takes up ${each.id}, which was kept on ${each.at.slice(0, 10)}`)
  }
  if (purpose !== 'dry-run' && stale.length > 0) await kept.drop(app, stale)
  if (facts.kept && found.length > 0) throw await refusal(look, found)
  return { up, found, notes }
}

async function causes({ schemas, wanted }: Look, { name, type, template }: KeptData): Promise<string[]> {
  const [before, after] = [template.Resources[name]?.Properties, wanted.Resources[name]?.Properties]
  return replacingChanges(await schemas.read(type), before, after)
}

const counted = ({ holdings }: Pick<DataPorts, 'holdings'>, found: readonly FoundLoss[]): Promise<Loss[]> =>
  Promise.all(found.map(async (loss) => ({ ...loss, holds: await holdings.of(loss) })))

const stayNotes = (stays: readonly string[]): string[] =>
  stays.map((name) => `${name} stays as it is, with its data: going back takes none away`)
