import * as z from 'zod'
import { canonicalJson, sha256 } from '../base/canonical.ts'
import { InvalidInput } from '../base/errors.ts'
import { appStack, serviceStack } from '../base/names.ts'
import type { AppTemplates } from '../template/app-templates.ts'
import type { PlanFacts } from './plan-facts.ts'

const digests = z.record(z.string(), z.string())
const names = z.array(z.string())

/** Everything that a plan hangs on, short enough to go with an input: what is long is there as its digest. */
export const PlanSeal = z.strictObject({
  /** Of the app as it was pushed. */
  bundle: z.string(),
  previous: z.int().min(0),
  release: z.int().min(1),
  /** Of the templates that the control plane makes of it. */
  templates: z.string(),
  /** Of the app's stacks as they are, by name. */
  stacks: digests,
  /** Of the platform's stacks as they are; empty where there are none, and for the platform itself. */
  platform: z.string(),
  services: z.record(
    z.string(),
    z.strictObject({ hash: z.string(), imageId: z.string(), count: z.int().min(0) }),
  ),
  removed: names,
  /** Data that goes. */
  losses: names,
  /** Kept data that comes back: physical ids. */
  takenUp: names,
})
export type PlanSeal = z.infer<typeof PlanSeal>

/** What of a plan goes into its seal. */
interface SealedPlan {
  app: string
  bundle: string
  previous: number
  release: number
  services: Record<string, { hash: string; imageId: string; target: { count: number } }>
  removed: string[]
  losses: { name: string }[]
  takenUp: { id: string }[]
}

/** What a plan was made from, to tell later whether it would still be the same. */
export function sealOf(
  facts: Pick<PlanFacts, 'stage' | 'stacks' | 'platform' | 'brought'>,
  templates: AppTemplates,
  plan: SealedPlan,
): PlanSeal {
  const { stage, stacks, platform, brought } = facts
  const { app, bundle, previous, release, removed } = plan
  const standing = [
    [appStack(stage.name, app), stacks.own] as const,
    ...Object.entries(stacks.services).map(
      ([name, one]) => [serviceStack(stage.name, app, name), one] as const,
    ),
  ].filter(([, one]) => one !== undefined)
  return {
    bundle,
    previous,
    release,
    templates: digest(templates),
    stacks: Object.fromEntries(standing.map(([name, one]) => [name, digest(one)])),
    platform: platform && !brought ? digest([platform, stacks.outputs.platform]) : '',
    services: Object.fromEntries(
      Object.entries(plan.services).map(([name, { hash, imageId, target }]) => [
        name,
        { hash, imageId, count: target.count },
      ]),
    ),
    removed,
    losses: plan.losses.map(({ name }) => name).sort(),
    takenUp: plan.takenUp.map(({ id }) => id).sort(),
  }
}

const digest = (value: unknown): string => sha256(canonicalJson(value))

/**
 * Refuses a plan that would not be made so any more.
 * @param services which the plan is for, if not for the whole app
 * @param underWay the run itself may have brought up the platform and built the images meanwhile
 * @throws {InvalidInput} one sentence with everything that moved
 */
export function refuseMoved(
  app: string,
  planned: PlanSeal,
  now: PlanSeal,
  underWay: boolean,
  services: readonly string[] = [],
): void {
  const moved = [
    ...wishes(app, planned, now),
    ...Object.keys({ ...planned.services, ...now.services }).flatMap((name) => ofService(name, planned, now)),
    ...Object.keys({ ...planned.stacks, ...now.stacks }).flatMap((name) => ofStack(name, planned, now)),
    ...(planned.platform === now.platform || (underWay && planned.platform === '')
      ? []
      : [
          `the platform ${planned.platform === '' ? 'was deployed' : now.platform === '' ? 'is gone' : 'was changed'}`,
        ]),
    ...ofData(planned, now),
  ]
  if (moved.length === 0) return
  const remedy = `make a new plan with "nanofleet deploy ${[app, ...services].join(' ')} --dry-run --out FILE"`
  throw new InvalidInput(
    `plan of ${app}`,
    `since it was made, ${moved.join('; ')}; nothing was changed`,
    remedy,
  )
}

function wishes(app: string, planned: PlanSeal, now: PlanSeal): string[] {
  return [
    ...(planned.bundle === now.bundle ? [] : [`another version of ${app} was pushed`]),
    ...(planned.previous === now.previous
      ? []
      : [now.previous === 0 ? `${app} was removed` : `${app} went to release ${now.previous}`]),
    // Another bundle makes other templates, too.
    ...(planned.templates === now.templates || planned.bundle !== now.bundle
      ? []
      : ['the control plane came to make other stacks of it']),
  ]
}

/** One that is still to be built has no id, and is the same if its content is. */
function ofService(name: string, planned: PlanSeal, now: PlanSeal): string[] {
  const [old, young] = [planned.services[name], now.services[name]]
  // A service that came or left is in another bundle.
  if (!old || !young) return []
  const sameImage =
    old.hash === young.hash && (old.imageId === young.imageId || !old.imageId.startsWith('ami-'))
  return [
    ...(sameImage ? [] : [`the image of ${name} is ${young.imageId}, not ${old.imageId}`]),
    ...(old.count === young.count ? [] : [`${name} is to have ${young.count} instances, not ${old.count}`]),
  ]
}

function ofStack(name: string, planned: PlanSeal, now: PlanSeal): string[] {
  const [old, young] = [planned.stacks[name], now.stacks[name]]
  if (old === young) return []
  return [
    `the stack ${name} ${old === undefined ? 'was made' : young === undefined ? 'is gone' : 'was changed'}`,
  ]
}

function ofData(planned: PlanSeal, now: PlanSeal): string[] {
  const parts = ['removed', 'losses', 'takenUp'] as const
  const words = {
    removed: 'services that go',
    losses: 'data that goes',
    takenUp: 'kept data that comes back',
  }
  return parts
    .filter((part) => canonicalJson(planned[part]) !== canonicalJson(now[part]))
    .map(
      (part) =>
        `${words[part]}: now ${now[part].join(', ') || 'nothing'}, then ${planned[part].join(', ') || 'nothing'}`,
    )
}
