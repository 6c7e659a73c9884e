import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { InvalidInput } from '../core/base/errors.ts'
import { type PriceTable, readPriceTable } from '../core/prices/price-table.ts'
import { type LocalSettings, readSettings } from '../local/settings.ts'

/** A repository of apps may have prices of its own, newer ones or of other regions. */
const OWN_FILE = 'prices.json'

type Places = Pick<LocalSettings, 'root' | 'repository'>

/** Where `prices update` writes: beside nanofleet.yml, or in a checkout of Nanofleet the file that it ships. */
export const pricesPath = ({ root, repository }: Places): string =>
  root === repository ? shippedPath(repository) : join(root, OWN_FILE)

const shippedPath = (repository: string): string => join(repository, 'resources', 'prices.json')

/**
 * The prices that count: the repository's own, else those that Nanofleet ships.
 * @throws {InvalidInput} when the file is no price table
 */
export function readPrices(places: Places = readSettings()): PriceTable {
  const own = pricesPath(places)
  const path = existsSync(own) ? own : shippedPath(places.repository)
  const table = readPriceTable(parsed(path))
  if ('wrong' in table) throw new InvalidInput(path, table.wrong, 'nanofleet prices update makes it anew')
  return table
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new InvalidInput(path, (error as Error).message, 'nanofleet prices update makes it anew', {
      cause: error,
    })
  }
}
