import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { InvalidInput } from '../../core/base/errors.ts'

export interface Options {
  count: number
  seed: number
  /** Paths of files or folders, or `file:line`; by default all of core/. */
  places: string[]
  workers: number
  /** Percent of the mutants that must be noticed. */
  bar: number
  json: boolean
}

export const USAGE = `usage: npm run mutants [-- options]

Changes core/ in one small place at a time (an operator, a number, a condition, a call or a filter) and runs the quick
tests related to the file. A change that no test notices is shown: it wants a test, or the code means nothing.
The changes are made in copies of the checkout, never in the checkout itself.

  --count N       how many changes, 100 unless given
  --seed N        which ones: the same seed takes the same changes of the same code; 1 unless given
  --file PLACE    only those of a file, of a folder, or of FILE:LINE; may be given more than once
  --workers N     how many at a time, one for each core unless given
  --bar PERCENT   how many of a hundred must be noticed, 95 unless given
  --json          prints the results as JSON

Changes that mean nothing are listed in scripts/mutants/equivalent.yml, with a reason each, and do not count.

Examples:
  npm run mutants
  npm run mutants -- --seed 7 --workers 1
  npm run mutants -- --file core/waves.ts
  npm run mutants -- --file core/waves.ts:12

Exit codes: 0 the bar is reached, 1 it is not, 2 wrong input, 3 the tests fail without any change
`

const MOST = 1_000_000

/** @throws InvalidInput naming the argument */
export function readOptions(args: string[]): Options | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  return {
    count: wholeNumber('--count', values.count, 1, MOST),
    seed: wholeNumber('--seed', values.seed, 0, MOST),
    places: values.file,
    workers: wholeNumber('--workers', values.workers, 1, 64),
    bar: wholeNumber('--bar', values.bar, 0, 100),
    json: values.json,
  }
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        count: { type: 'string', default: '100' },
        seed: { type: 'string', default: '1' },
        file: { type: 'string', multiple: true, default: [] },
        workers: { type: 'string', default: String(Math.min(64, availableParallelism())) },
        bar: { type: 'string', default: '95' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (cause) {
    const [problem = ''] = (cause as Error).message.split('. ')
    throw new InvalidInput('npm run mutants', problem, 'see --help', { cause })
  }
}

function wholeNumber(what: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= most) return value
  throw new InvalidInput(what, `${JSON.stringify(text)} must be a whole number from ${least} to ${most}`)
}
