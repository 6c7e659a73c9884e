import { pause } from '../base/pause.ts'
import type { PlanKey } from './deploy-order.ts'
import type { DeployPlan } from './deploy-plan.ts'
import type { KeptData } from './kept-data.ts'

/** Tables that come from backups. */
export interface RestoredTables {
  /** DynamoDB's word for it, such as `CREATING`; undefined for one that does not exist. */
  state(table: string): Promise<string | undefined>
  /** Starts it; nothing happens to a table that exists, or is on its way. */
  restore(backup: string, table: string, billing: string | undefined): Promise<void>
}

export interface RestorePorts {
  tables: RestoredTables
  /** Where plans are stored. */
  runs: { read(execution: string, name: string): Promise<unknown> }
}

/** One look at tables that are being restored; small, because it passes from state to state. */
export interface RestoreStep {
  next: 'go-on' | 'wait'
  seconds: number
  /** Those that are not there yet. */
  waits: string[]
}

/**
 * Restores the tables of a plan, one look at a time: starts what does not exist and says when to look again.
 * DynamoDB takes minutes, or hours for a large table. No stack and no other table is touched.
 */
export async function restoreData(
  { tables, runs }: RestorePorts,
  { plan: key, looks }: { plan: PlanKey; looks: number },
): Promise<RestoreStep> {
  const { takenUp } = (await runs.read(key.execution, key.name)) as DeployPlan
  const waits: string[] = []
  for (const each of takenUp) {
    if (each.restored === undefined) continue
    const state = await tables.state(each.id)
    if (state === undefined) await tables.restore(each.restored, each.id, billingOf(each))
    if (state !== 'ACTIVE') waits.push(each.name)
  }
  return { next: waits.length === 0 ? 'go-on' : 'wait', seconds: pause(looks), waits }
}

/** On demand is asked for; what a provisioned table has is in the backup. */
function billingOf({ name, template }: KeptData): string | undefined {
  const mode = template.Resources[name]?.Properties?.BillingMode
  return mode === 'PAY_PER_REQUEST' ? mode : undefined
}
