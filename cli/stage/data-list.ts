import { CloudFormationStacks } from '../../adapters/aws/cloudformation.ts'
import { DataFigures } from '../../adapters/aws/data-figures.ts'
import { CountedHoldings } from '../../adapters/aws/holdings.ts'
import { DynamoKeptBook } from '../../adapters/aws/kept-records.ts'
import { TableBackups } from '../../adapters/aws/table-backups.ts'
import { appStack } from '../../core/base/names.ts'
import {
  type DataFacts,
  type DataList,
  dataList,
  type Figures,
  type ListedBackup,
  type ListedData,
  ownData,
} from '../../core/deploy/data-list.ts'
import { dataParts } from '../../core/deploy/kept-data.ts'
import { type AtRest, costAtRest } from '../../core/prices/at-rest.ts'
import type { PriceTable } from '../../core/prices/price-table.ts'
import type { StackPart } from '../../core/template/stacks.ts'
import type { Context } from '../context.ts'
import { readPrices } from '../price-file.ts'

/** A table, bucket, queue or backup with what a month of it costs. */
export type Costed<T> = T & { cost: AtRest }

export interface CostedList extends DataList {
  region: string
  data: Costed<ListedData>[]
  backups: Costed<ListedBackup>[]
}

/** What of an app is there, and its backups; nothing is counted. */
export async function dataFacts(context: Context, app: string): Promise<Omit<DataFacts, 'seen'>> {
  const { stage } = context
  const stacks = new CloudFormationStacks(context.cloudFormation())
  const stack = appStack(stage, app)
  const [view, kept, backups] = await Promise.all([
    stacks.find(stack),
    new DynamoKeptBook(context.documents(), context.table).list(app),
    new TableBackups(context.documents()).list(),
  ])
  return { stage, app, parts: view ? dataParts(await stacks.parts(stack)) : [], kept, backups }
}

/** All data of an app, with what it holds and costs. */
export async function listData(context: Context, app: string): Promise<CostedList> {
  const facts = await dataFacts(context, app)
  const { parts, left } = ownData(facts.parts, facts.kept)
  const holdings = new CountedHoldings(context)
  const sizes = new DataFigures(context)
  const look = async (part: StackPart) => {
    const [holds, figures] = await Promise.all([holdings.of(part), sizes.of(part)])
    return [part.id, { holds, figures }] as const
  }
  const seen = new Map(await Promise.all([...parts, ...left].map(look)))
  return withCosts(dataList({ ...facts, seen }), context.region, readPrices())
}

/** A part of a size is not multiplied. */
export function withCosts(list: DataList, region: string, prices: PriceTable): CostedList {
  const size = ({ bytes, atLeast }: Figures) => (atLeast ? undefined : bytes)
  return {
    ...list,
    region,
    data: list.data.map((each) => ({
      ...each,
      cost: costAtRest(prices, region, each.type, size(each.figures)),
    })),
    backups: list.backups.map((each) => ({
      ...each,
      cost: costAtRest(prices, region, 'backup', each.bytes),
    })),
  }
}
