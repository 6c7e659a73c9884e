import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './lib/places.mjs'
import { lengthProblems } from './lib/source-rules.mjs'

/* Length rules that neither Biome nor ruff checks: both wrap code but not comments. */
const KINDS = ['*.ts', '*.mjs', '*.js', '*.py', '*.go']
const GENERATED = /_pb\.ts$/

const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...KINDS], {
  cwd: repository,
  encoding: 'utf8',
})
const files = listed.split('\n').filter((file) => file && !GENERATED.test(file))
const problems = files
  .filter((file) => existsSync(join(repository, file)))
  .flatMap((file) => lengthProblems(file, readFileSync(join(repository, file), 'utf8')))
for (const problem of problems) console.error(problem)
console.log(`${files.length} sources, ${problems.length} too long`)
process.exitCode = problems.length > 0 ? 1 : 0
