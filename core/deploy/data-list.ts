import type { StackPart } from '../template/stacks.ts'
import { type Backup, backedUp, TABLE } from './backups.ts'
import type { Known } from './holdings.ts'
import { type KeptData, neverLeft } from './kept-data.ts'

/** How large something is, as its service says. */
export interface Figures {
  bytes?: number
  /** Not all of it was looked at. */
  atLeast?: true
  /** A table's own count, which is up to six hours old, as its size is. */
  rows?: number
}

/** A table, bucket or queue of an app. */
export interface ListedData extends StackPart {
  holds: Known
  figures: Figures
  /** Of one that is in no stack: since when, and which run kept it. */
  kept?: Pick<KeptData, 'at' | 'execution' | 'restored'>
}

export interface ListedBackup extends Backup {
  /** Logical name of the table. */
  of: string
}

export interface DataList {
  app: string
  data: ListedData[]
  /** Also of tables that are gone. */
  backups: ListedBackup[]
}

/** What was read of an app's data. */
export interface DataFacts {
  stage: string
  app: string
  /** What of the app's stack holds data. */
  parts: StackPart[]
  kept: KeptData[]
  /** All of the account and region. */
  backups: Backup[]
  /** By physical id. */
  seen: ReadonlyMap<string, { holds: Known; figures: Figures }>
}

/** Data that belongs to an app: what is in its stack, and the records of what is in none. */
export const ownData = (parts: readonly StackPart[], kept: readonly KeptData[]) => {
  const stale = neverLeft(kept, parts)
  // What stays with a Kafka cluster is told by the cluster.
  return { parts, left: kept.filter((each) => !stale.includes(each) && each.with === undefined) }
}

/** An app's data with what it holds; in the stack first, then what was kept, the latest first. */
export function dataList(facts: DataFacts): DataList {
  const { app, seen } = facts
  const { parts, left } = ownData(facts.parts, facts.kept)
  const listed = ({ name, type, id }: StackPart): ListedData => {
    const { holds, figures } = seen.get(id) ?? { holds: { unknown: 'nobody looked' }, figures: {} }
    return { name, type, id, holds, figures }
  }
  const kept = left.toSorted((a, b) => b.at.localeCompare(a.at))
  return {
    app,
    data: [
      ...parts.map(listed),
      ...kept.map((each) => {
        const { at, execution, restored } = each
        return { ...listed(each), kept: { at, execution, ...(restored && { restored }) } }
      }),
    ],
    backups: ownBackups(facts),
  }
}

/** The backups of an app's tables, the oldest first. */
export function ownBackups({ stage, app, parts, kept, backups }: Omit<DataFacts, 'seen'>): ListedBackup[] {
  const tables = [...kept, ...parts].filter(({ type }) => type === TABLE)
  const known = new Map(tables.map(({ name, id }) => [id, name]))
  return backups
    .flatMap((each) => {
      const of = each.state === 'DELETED' ? undefined : backedUp(each, { stage, app }, known)
      return of === undefined ? [] : [{ ...each, of }]
    })
    .toSorted((a, b) => a.at.localeCompare(b.at))
}
