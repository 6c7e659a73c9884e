/** A backup of a table, as DynamoDB keeps it. */
export interface Backup {
  /** Its ARN. */
  id: string
  name: string
  /** The table that it was made of, which may be gone. */
  table: string
  /** ISO time. */
  at: string
  state: 'CREATING' | 'AVAILABLE' | 'DELETED'
  bytes?: number
  /** DynamoDB deletes its own ones then, and nobody can before. ISO time. */
  expires?: string
}

/** What a table restored from a backup will be like. */
export interface BackupForm extends Backup {
  keySchema: unknown
  globalIndexes: string[]
  localIndexes: string[]
}

/** The only type that has backups here. */
export const TABLE = 'AWS::DynamoDB::Table'

/**
 * `nanofleet-dev.shop.Orders.20260131T120000Z`: the dots say whose it is, as names of stages and apps have
 * none.
 */
export const backupName = (stage: string, app: string, name: string, now: Date): string =>
  `nanofleet-${stage}.${app}.${name}.${now.toISOString().replace(/[-:]|\.\d+/g, '')}`

/**
 * Of which of the app's tables a backup is: our own say so; the ones that DynamoDB makes when a table is
 * deleted, and those made by hand, are known by their table.
 * @param known logical names by physical ones, of tables in the stack and of kept ones
 * @returns its logical name, or undefined for a backup of something else
 */
export function backedUp(
  { name, table }: Pick<Backup, 'name' | 'table'>,
  { stage, app }: { stage: string; app: string },
  known: ReadonlyMap<string, string>,
): string | undefined {
  const [place, owner, logical] = name.split('.')
  if (place === `nanofleet-${stage}` && owner === app && logical) return logical
  return known.get(table) ?? generated(`nanofleet-${stage}-${app}`, table)
}

/** `Orders` of `nanofleet-dev-shop-Orders-1X2Y`, a name that CloudFormation makes up. */
function generated(stack: string, table: string): string | undefined {
  if (!table.startsWith(`${stack}-`)) return undefined
  return /^([A-Za-z0-9]+)-[A-Z0-9]+$/.exec(table.slice(stack.length + 1))?.[1]
}
