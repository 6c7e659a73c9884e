import type { CleanupPlan, Removal } from '../../core/images/ami-cleanup.ts'
import { table } from '../../local/table.ts'

/**
 * Output of the workflow `clean-amis`: a run that had nothing to remove has neither `removed` nor `stayed`.
 */
export interface CleanedUp {
  remove?: Removal[]
  removed?: { id: string; snapshots: string[] }[]
  stayed?: { id: string; reason?: string }[]
}

/** The plan with a reason for each image. */
export function cleanupPlanText(plan: CleanupPlan): string {
  const rows = [...plan.remove.map((item) => ['remove', idOf(item), item.reason]), ...keptRows(plan)]
  if (rows.length === 0) return 'No images.'
  const hint = plan.remove.length > 0 ? ['--delete removes them.'] : ['Nothing is to be removed.']
  return [table(rows), ...hint].join('\n')
}

/** What was removed, and why the others stay. */
export function cleanedText({ removed = [], stayed = [] }: CleanedUp, plan: CleanupPlan): string {
  const why = new Map(plan.remove.map((item) => [idOf(item), item.reason]))
  const rows = [
    ...removed.map(({ id }) => ['removed', id, why.get(id) ?? '']),
    ...stayed.map(({ id, reason }) => ['kept', id, `needed since the plan was made: ${reason ?? 'unknown'}`]),
    ...keptRows(plan),
  ]
  return rows.length === 0 ? 'No images.' : table(rows)
}

const keptRows = ({ keep }: CleanupPlan): string[][] =>
  keep.map(({ imageId, reason }) => ['keep', imageId, reason])

const idOf = ({ imageId, snapshots }: Removal): string => imageId ?? snapshots.join(', ')
