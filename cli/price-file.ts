import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput } from '../core/base/errors.ts'
import { type PriceTable, readPriceTable } from '../core/prices/price-table.ts'
import { type LocalSettings, readSettings } from '../local/settings.ts'

/** A repository of apps may have prices of its own, newer ones or of other regions. */
const OWN_FILE = 'prices.json'

type Places = Pick<LocalSettings, 'root' | 'repository'>

/** Where `prices update` writes: beside nanofleet.yml; in a checkout of Nanofleet, the file that it ships. */
export const pricesPath = ({ root, repository }: Places): string =>
  root === repository ? shippedPath(repository) : join(root, OWN_FILE)

const shippedPath = (repository: string): string => join(repository, 'resources', 'prices.json')

/**
 * The prices that count: those that Nanofleet ships, with the regions of the repository's own file instead.
 * @throws {InvalidInput} when a file is no price table
 */
export function readPrices(places: Places = readSettings()): PriceTable {
  const shipped = tableAt(shippedPath(places.repository))
  return { ...shipped, regions: { ...shipped.regions, ...ownPrices(places).regions } }
}

/** What `prices update` adds to; empty at first. */
export function ownPrices(places: Places): PriceTable {
  const path = pricesPath(places)
  return existsSync(path) ? tableAt(path) : { format: 1, currency: 'USD', regions: {} }
}

function tableAt(path: string): PriceTable {
  const table = readPriceTable(parsed(path))
  if ('wrong' in table)
    throw new InvalidInput(path, table.wrong, 'remove it, and nanofleet prices update makes it anew')
  return table
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    const remedy = 'remove it, and nanofleet prices update makes it anew'
    throw new InvalidInput(path, (error as Error).message, remedy, { cause: error })
  }
}
