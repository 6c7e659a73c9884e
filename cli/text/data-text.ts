import type { Figures, ListedBackup, ListedData } from '../../core/deploy/data-list.ts'
import { described, holdsText } from '../../core/deploy/holdings.ts'
import { atRestText } from '../../core/prices/at-rest.ts'
import { sourceText } from '../../core/prices/source-text.ts'
import { table } from '../../local/table.ts'
import type { Costed, CostedList } from '../stage/data-list.ts'
import { minute } from './releases-text.ts'

/** The data of an app and its backups, with what each holds and costs a month. */
export function dataText({ app, region, data, backups }: CostedList): string {
  const parts = [
    data.length === 0
      ? `${app} has no tables, buckets or queues.`
      : table([['name', 'what', 'holds', 'size', 'a month', 'kept'], ...data.map(dataRow)]),
    ...(data.some(({ figures }) => figures.rows !== undefined)
      ? ["A table's size and its own count are up to six hours old."]
      : []),
    ...(backups.length === 0
      ? []
      : [
          `\nBackups:\n${table([['of', 'name', 'made (UTC)', 'size', 'a month', ''], ...backups.map(backupRow)])}`,
        ]),
    ...notes(region, [...data, ...backups]),
  ]
  return parts.join('\n')
}

function dataRow(each: Costed<ListedData>): string[] {
  const { name, holds, figures, cost, kept } = each
  return [
    name,
    described(each),
    `${holdsText(holds).replace(/^holds /, '')}${ownCount(figures)}`,
    sizeText(figures),
    atRestText(cost),
    kept
      ? `since ${minute(kept.at)} by ${kept.execution}${kept.restored ? ', restored from a backup' : ''}`
      : '',
  ]
}

function backupRow({ of, name, at, state, bytes, expires, cost }: Costed<ListedBackup>): string[] {
  const about = [
    ...(state === 'CREATING' ? ['not ready yet'] : []),
    ...(expires ? [`DynamoDB deletes it on ${expires.slice(0, 10)}`] : []),
  ]
  return [
    of,
    name,
    minute(at),
    sizeText(bytes === undefined ? {} : { bytes }),
    atRestText(cost),
    about.join('; '),
  ]
}

const ownCount = ({ rows }: Figures): string =>
  rows === undefined ? '' : ` (its own count: ${rows.toLocaleString('en')})`

const UNITS = ['bytes', 'KB', 'MB', 'GB', 'TB']

/** `1.5 MB`, in steps of 1,024 as AWS bills it. */
export function sizeText({ bytes, atLeast }: Figures): string {
  if (bytes === undefined) return ''
  const step = Math.min(UNITS.length - 1, bytes < 1024 ? 0 : Math.floor(Math.log2(bytes) / 10))
  const number = (bytes / 1024 ** step).toLocaleString('en', { maximumFractionDigits: 1 })
  return `${atLeast ? 'at least ' : ''}${number} ${UNITS[step]}`
}

/** Why a price is not known, or from when and where it is. */
function notes(region: string, listed: readonly Costed<ListedData | ListedBackup>[]): string[] {
  const costs = listed.map(({ cost }) => cost)
  const sources = new Set(costs.flatMap((cost) => ('source' in cost ? [sourceText(cost.source)] : [])))
  const unknown = costs.some((cost) => 'unknown' in cost)
  return [
    ...[...sources].map((source) => `Prices: ${source}; requests cost extra.`),
    ...(unknown ? [`What is not known here is in AWS's price lists for ${region}.`] : []),
  ]
}
