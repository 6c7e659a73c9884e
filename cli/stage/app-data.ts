import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { CountedHoldings } from '../../adapters/aws/holdings.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import { appStack } from '../../core/base/names.ts'
import { described, holdsText, type Known } from '../../core/deploy/holdings.ts'
import { dataParts, neverLeft } from '../../core/deploy/kept-data.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import type { Context } from '../context.ts'

/** A table, bucket or queue of an app, with what it holds. */
export interface AppData extends StackPart {
  holds: Known
  /** When it was kept, for one that is in no stack. */
  keptAt?: string
}

/** All data of an app: in its stack, and kept. */
export async function appData(context: Context, app: string): Promise<AppData[]> {
  const stacks = new CloudFormationStacks(context.cloudFormation())
  const stack = appStack(context.stage, app)
  const parts = (await stacks.find(stack)) ? dataParts(await stacks.parts(stack)) : []
  const all = await new DynamoKeptBook(context.documents(), context.table).list(app)
  const stale = neverLeft(all, parts)
  const left = all.filter((each) => !stale.includes(each))
  const holdings = new CountedHoldings(context)
  const counted = async ({ name, type, id }: StackPart) => ({
    name,
    type,
    id,
    holds: await holdings.of({ type, id }),
  })
  return await Promise.all([
    ...parts.map(counted),
    ...left.map(async (each) => ({ ...(await counted(each)), keptAt: each.at })),
  ])
}

/** `Orders (table nanofleet-dev-shop-Orders-1X, holds 3 rows)`. */
export const dataText = ({ name, keptAt, ...data }: AppData): string =>
  `${name} (${described(data)}, ${holdsText(data.holds)}${keptAt ? `, kept since ${keptAt.slice(0, 10)}` : ''})`
