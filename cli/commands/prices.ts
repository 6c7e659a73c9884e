import { renameSync, writeFileSync } from 'node:fs'
import { Command } from 'commander'
import { InvalidInput, NotFound } from '../../core/base/errors.ts'
import { articleOf, PRICE_LISTS, type Unit } from '../../core/prices/articles.ts'
import { unitText } from '../../core/prices/money.ts'
import type { PriceTable, Reading } from '../../core/prices/price-table.ts'
import { quotedText, sourceText } from '../../core/prices/source-text.ts'
import { tableText } from '../../core/prices/table-text.ts'
import { updatedTable } from '../../core/prices/update-table.ts'
import { readSettings } from '../../local/settings.ts'
import { table } from '../../local/table.ts'
import { type GlobalOptions, regionOf } from '../context.ts'
import { readEnvironment } from '../environment.ts'
import { Output } from '../output.ts'
import { ownPrices, pricesPath, readPrices } from '../price-file.ts'

interface UpdateOptions {
  from?: string
}

const EXAMPLES = `
Examples:
  nanofleet prices                            what is known for the stage's region, and from where
  nanofleet --region us-east-1 prices --json
  nanofleet prices update                     read AWS's price lists of the stage's region
  nanofleet --region eu-north-1 prices update
  nanofleet prices update --from ./lists      from a copy: lists/AmazonEC2/current/eu-west-1/index.json`

/** `nanofleet prices` and `nanofleet prices update` */
export function prices(command: Command): void {
  command
    .addHelpText('after', EXAMPLES)
    .action(async (_options, self: Command) => {
      const { region, output, settings } = await place(self)
      const readings = readPrices(settings).regions[region]
      if (!readings)
        throw new NotFound(
          `no prices of ${region} are recorded; "nanofleet --region ${region} prices update" reads them from AWS`,
        )
      output.result({ region, currency: 'USD', readings }, readingsText(region, readings))
    })
    .addCommand(update())
}

function update(): Command {
  return new Command('update')
    .description("read AWS's published price lists of a region, and write the table of prices")
    .option('--from <place>', 'address or folder of a copy of the lists (default: AWS)')
    .addHelpText('after', EXAMPLES)
    .action(async ({ from }: UpdateOptions, self: Command) => {
      const { region, output, settings } = await place(self)
      if (region.startsWith('cn-'))
        throw new InvalidInput('--region', `AWS's prices of ${region} are in yuan, and only dollars are read`)
      const readings = await readLists(from, region, output)
      const known = updatedTable(ownPrices(settings), region, readings)
      const path = pricesPath(settings)
      write(path, known)
      const number = readings.reduce((sum, { prices }) => sum + Object.keys(prices).length, 0)
      output.result({ region, path, readings }, `${number} prices of ${region} are in ${path}.`)
    })
}

async function place(self: Command) {
  const options = self.optsWithGlobals<GlobalOptions>()
  const settings = readSettings()
  const region = await regionOf(options, readEnvironment(), settings.root)
  return { region, settings, output: new Output(options.json === true) }
}

/** One after the other: EC2's list alone has hundreds of megabytes. */
async function readLists(from: string | undefined, region: string, output: Output): Promise<Reading[]> {
  const { PUBLISHED, readPriceList } = await import('../../adapters/aws/price-lists.ts')
  const read = new Date().toISOString().slice(0, 10)
  const readings: Reading[] = []
  for (const list of PRICE_LISTS) {
    output.live([`  reading the price list ${list} of ${region} …`])
    try {
      const { prices, problems, published } = await readPriceList(from ?? PUBLISHED, list, region)
      readings.push({ list, ...(published !== undefined && { published }), read, prices })
      output.note(`${list}: ${Object.keys(prices).length} prices${published ? ` of ${published}` : ''}`)
      for (const problem of problems) output.note(output.paint('yellow', `warning: ${problem}`))
    } catch (error) {
      if (!(error instanceof NotFound)) throw error
      output.note(output.paint('yellow', `warning: ${error.message}`))
    }
  }
  output.live([])
  if (readings.length > 0) return readings
  throw new NotFound(`no price lists of ${region} are in ${from ?? PUBLISHED}; nothing was changed`)
}

/** All of it or nothing. */
function write(path: string, known: PriceTable): void {
  writeFileSync(`${path}.new`, tableText(known))
  renameSync(`${path}.new`, path)
}

function readingsText(region: string, readings: readonly Reading[]): string {
  const rows = readings.flatMap(({ prices, ...source }) =>
    Object.entries(prices).map(([key, dollars]) => {
      const { what = key, unit = 'hour' } = articleOf(key) ?? {}
      return [what, unitText(dollars, unit as Unit), sourceText(source)]
    }),
  )
  const sorted = rows.sort(([a = ''], [b = '']) => a.localeCompare(b))
  const quoted = quotedText(readings)
  const text = table([[`in ${region}`, 'US dollars', 'from'], ...sorted])
  return quoted === undefined ? text : `${text}\n${quoted}`
}
