import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { budgetProblems, budgetsFor } from './bundles/budgets.mjs'
import { bundles, functionNames } from './bundles/bundles.mjs'
import { repository } from './lib/places.mjs'

/*
 * Compares the size of each function's bundle with its budget: what a function loads, it loads at each cold
 * start. `node scripts/bundle-sizes.mjs --write` sets every function's budget just above its current size.
 */
const FILE = join(repository, 'resources', 'bundle-budgets.yml')
const HEAD = '# The most bytes that each function may load (scripts/bundle-sizes.mjs).\n'

const made = await bundles(functionNames())
if (process.argv.includes('--write')) writeFileSync(FILE, HEAD + stringify(budgetsFor(made)))
const problems = budgetProblems(made, parse(readFileSync(FILE, 'utf8')))
for (const problem of problems) console.error(`resources/bundle-budgets.yml: ${problem}`)
const total = [...made.values()].reduce((sum, { contents }) => sum + contents.length, 0)
console.log(`${made.size} bundles, ${total.toLocaleString('en')} bytes`)
process.exitCode = problems.length > 0 ? 1 : 0
