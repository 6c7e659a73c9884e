import { CREATED_BY, TAG } from '../base/names.ts'
import type { AccountImage, AccountSnapshot, Evidence } from './ami-evidence.ts'
import { checkPlausible } from './ami-plausibility.ts'
import type { CleanAmisInput } from './inputs.ts'

/** What one run may remove: an image with its snapshots, or a snapshot that a failed build left. */
export interface Removal {
  imageId?: string
  snapshots: string[]
  reason: string
}

export interface CleanupPlan {
  remove: Removal[]
  keep: { imageId: string; reason: string }[]
}

const DAY_MS = 24 * 60 * 60 * 1000

/**
 * A snapshot without an image may belong to a build that is about to register one; no build takes longer than
 * the 30 minutes of its project.
 */
const LEFTOVER_AFTER_MS = DAY_MS

/**
 * What to remove of this stage's images, oldest first, and why each of the others stays.
 * Images and snapshots that do not carry this stage's tags are not looked at.
 * @throws ImplausibleEvidence when the evidence contradicts itself
 */
export function planCleanup(
  evidence: Evidence,
  options: Pick<CleanAmisInput, 'keep' | 'minAgeDays' | 'max'>,
): CleanupPlan {
  checkPlausible(evidence)
  const plan: CleanupPlan = { remove: [], keep: [] }
  const why = keepReasons(evidence, options)
  for (const image of evidence.images.filter(isOurs(evidence)).toSorted(oldestFirst)) {
    const reason = why(image) ?? (plan.remove.length >= options.max ? nextRun(options.max) : undefined)
    if (reason) plan.keep.push({ imageId: image.imageId, reason })
    else plan.remove.push(removal(image, evidence))
  }
  plan.remove.push(...leftovers(evidence).slice(0, options.max - plan.remove.length))
  return plan
}

/**
 * Whether a planned removal is still right on fresh evidence, just before it is carried out.
 * @returns `stays`: why the image must stay now; `snapshots`: those to delete after the image
 * @throws ImplausibleEvidence when the evidence contradicts itself
 */
export function recheck(
  item: Removal,
  evidence: Evidence,
  options: Pick<CleanAmisInput, 'keep' | 'minAgeDays'>,
): { id: string; stays?: string; snapshots: string[] } {
  checkPlausible(evidence)
  const id = item.imageId ?? item.snapshots.join(', ')
  const image = evidence.images.find(({ imageId }) => imageId === item.imageId)
  if (!image) return { id, snapshots: unusedSnapshots(item.snapshots, evidence) }
  const stays = isOurs(evidence)(image)
    ? keepReasons(evidence, options)(image)
    : 'it does not carry the tags of this stage'
  return stays ? { id, stays, snapshots: [] } : { id, snapshots: removal(image, evidence).snapshots }
}

/** Rules in order of importance: the first that applies is the reason shown. */
function keepReasons(evidence: Evidence, options: Pick<CleanAmisInput, 'keep' | 'minAgeDays'>) {
  const references = Map.groupBy(evidence.references, ({ id }) => id)
  const newest = newestOfEachService(evidence, options.keep)
  const needed = ({ imageId, snapshots }: AccountImage) => {
    const by = [imageId, ...snapshots]
      .flatMap((id) => references.get(id) ?? [])
      .map((reference) => reference.by)
    if (by.length === 0) return undefined
    return `needed by ${by[0]}${by.length > 1 ? ` and ${by.length - 1} more` : ''}`
  }
  const shared = ({ sharedWith }: AccountImage) =>
    sharedWith.length > 0 ? `shared with ${sharedWith.join(', ')}` : undefined
  const kept = ({ isProtected }: AccountImage) =>
    isProtected
      ? 'protected against deregistration; "aws ec2 disable-image-deregistration-protection" ends that'
      : undefined
  const unfinished = ({ state }: AccountImage) => (state === 'pending' ? 'still being made' : undefined)
  const busy = ({ tags }: AccountImage) =>
    evidence.busyApps.some((app) => app === tags[TAG.app]) ? `a run works on ${tags[TAG.app]}` : undefined
  const building = ({ createdAt }: AccountImage) =>
    evidence.buildingSince !== undefined && (createdAt === '' || createdAt >= evidence.buildingSince)
      ? 'made while a build is under way'
      : undefined
  const unrecorded = (image: AccountImage) =>
    !isRecorded(image) && !(age(image.createdAt, evidence) >= LEFTOVER_AFTER_MS)
      ? 'its build may be about to record it'
      : undefined
  const recent = (image: AccountImage) =>
    newest.has(image.imageId) ? `one of the ${options.keep} newest of ${serviceOf(image)}` : undefined
  const young = ({ createdAt }: AccountImage) => {
    if (options.minAgeDays === 0) return undefined
    if (createdAt === '') return 'its age is unknown'
    return age(createdAt, evidence) < options.minAgeDays * DAY_MS
      ? `younger than ${options.minAgeDays} days`
      : undefined
  }
  const rules = [needed, shared, kept, unfinished, busy, building, unrecorded, recent, young]
  return (image: AccountImage): string | undefined => {
    for (const rule of rules) {
      const reason = rule(image)
      if (reason) return reason
    }
    return undefined
  }
}

function newestOfEachService(evidence: Evidence, keep: number): Set<string> {
  // An image that was not finished, or that its build could not record, is nothing to go back to, so it takes
  // no good one's place.
  const ours = evidence.images
    .filter((image) => isOurs(evidence)(image) && image.state === 'available' && isRecorded(image))
    .toSorted(oldestFirst)
  const byService = Map.groupBy(ours, serviceOf)
  // slice(-0) would return the whole list.
  return new Set(
    keep === 0 ? [] : [...byService.values()].flatMap((images) => images.slice(-keep).map((i) => i.imageId)),
  )
}

function removal(image: AccountImage, evidence: Evidence): Removal {
  const elsewhere = new Set(
    evidence.images.filter(({ imageId }) => imageId !== image.imageId).flatMap(({ snapshots }) => snapshots),
  )
  const ours = new Set(evidence.snapshots.filter(isOurs(evidence)).map(({ snapshotId }) => snapshotId))
  return {
    imageId: image.imageId,
    snapshots: image.snapshots.filter((id) => ours.has(id) && !elsewhere.has(id)),
    reason: isRecorded(image)
      ? `nothing needs this image of ${serviceOf(image)}, made ${image.createdAt || 'at an unknown time'}`
      : 'its build was cut off before it was recorded',
  }
}

/** Snapshots with our tags but without an image: their build ended before it registered one. */
function leftovers(evidence: Evidence): Removal[] {
  const old = evidence.snapshots.filter((snapshot) => age(snapshot.startedAt, evidence) >= LEFTOVER_AFTER_MS)
  const unused = unusedSnapshots(
    old.map(({ snapshotId }) => snapshotId),
    evidence,
  )
  return unused.map((id) => ({ snapshots: [id], reason: 'no image was made of this snapshot for a day' }))
}

/** Those of the snapshots that belong to this stage and that neither an image nor a launch template names. */
function unusedSnapshots(ids: string[], evidence: Evidence): string[] {
  const used = new Set([
    ...evidence.images.flatMap(({ snapshots }) => snapshots),
    ...evidence.references.map(({ id }) => id),
  ])
  const ours = new Set(evidence.snapshots.filter(isOurs(evidence)).map(({ snapshotId }) => snapshotId))
  return ids.filter((id) => ours.has(id) && !used.has(id))
}

const isOurs =
  (evidence: Evidence) =>
  ({ tags }: AccountImage | AccountSnapshot): boolean =>
    tags[TAG.createdBy] === CREATED_BY && tags[TAG.stage] === evidence.stage

/** Only recorded images say which service they are of: a build itself cannot. */
const isRecorded = ({ tags }: AccountImage): boolean => tags[TAG.service] !== undefined

const serviceOf = ({ tags }: AccountImage): string => `${tags[TAG.app]}/${tags[TAG.service]}`

/** Unknown times count as the youngest. */
const oldestFirst = (a: AccountImage, b: AccountImage): number =>
  (a.createdAt || '9').localeCompare(b.createdAt || '9') || a.imageId.localeCompare(b.imageId)

/** Milliseconds; NaN, which is neither old nor young, for an unknown time. */
const age = (since: string, evidence: Evidence): number => Date.parse(evidence.readAt) - Date.parse(since)

const nextRun = (max: number): string => `left for the next run, which removes ${max} at most`
