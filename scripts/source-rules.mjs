import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './lib/places.mjs'
import { lengthProblems, placeProblems } from './lib/source-rules.mjs'

/*
 * Length rules that neither Biome nor ruff checks, as both wrap code but not comments; and no name of a
 * region or partition in the product.
 */
const KINDS = ['*.ts', '*.mjs', '*.js', '*.py', '*.go']
const DECLARED = ['*.yml', '*.yaml', '*.json']
const GENERATED = /_pb\.ts$/

const listed = (kinds) =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...kinds], {
    cwd: repository,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file && !GENERATED.test(file) && existsSync(join(repository, file)))
const read = (file) => readFileSync(join(repository, file), 'utf8')
const sources = listed(KINDS)
const problems = [
  ...sources.flatMap((file) => lengthProblems(file, read(file))),
  ...[...sources, ...listed(DECLARED)].flatMap((file) => placeProblems(file, read(file))),
]
for (const problem of problems) console.error(problem)
console.log(`${sources.length} sources, ${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
