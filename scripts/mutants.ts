import { join, resolve } from 'node:path'
import { InvalidInput } from '../core/base/errors.ts'
import { BrokenTests } from './mutants/bench.ts'
import { readJudgements } from './mutants/judgements.ts'
import { readOptions, USAGE } from './mutants/options.ts'
import { asJson, summary, totals } from './mutants/report.ts'
import { tryMutants } from './mutants/run.ts'

/**
 * `npm run mutants`: a sample of small changes to core/ against its tests.
 *
 * Why not Stryker (tried: 10.0 with its Jest runner): it runs native ESM under Jest 30, and works with
 * TypeScript 7 if its tsconfig step is kept from using the removed compiler API. But it cannot take a sample,
 * only files or ranges of lines, and all of core/ is thousands of mutants at several seconds each. It also
 * wants judgements as comments in the code, and brings 176 packages.
 */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    process.stdout.write(USAGE)
    return 0
  }
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const started = Date.now()
  const checkout = resolve(import.meta.dirname, '..')
  const results = await tryMutants(options, {
    checkout,
    judgements: readJudgements(join(checkout, 'scripts', 'mutants', 'equivalent.yml')),
    // Standard output has only the JSON.
    say: (line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`),
    signal: stop.signal,
  })
  const seconds = (Date.now() - started) / 1000
  process.stdout.write(
    `${options.json ? asJson(results, options, seconds) : `\n${summary(results, seconds)}`}\n`,
  )
  return totals(results).percent >= options.bar ? 0 : 1
}

try {
  process.exitCode = await main()
} catch (error) {
  if ((error as Error).name === 'AbortError') process.exitCode = 130
  else if (error instanceof InvalidInput || error instanceof BrokenTests) {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = error instanceof InvalidInput ? 2 : 3
  } else throw error
}
