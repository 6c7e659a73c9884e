import { mkdirSync, readdirSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { runChecks } from './checks.mjs'
import { inGroup } from './groups.mjs'
import { checkTools, repository } from './places.mjs'
import { goCounts, goSaid, jestCounts, jestFiles, pytestCounts, pytestFiles, total } from './results.mjs'

/**
 * Every runner resolves to `{passed, failed, files}`; `files` has `{file, seconds, tests}` of each file, if
 * the runner knows them.
 */

const JEST = { NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' }

/**
 * Runs Jest; its results go to `<folder>/<name>.json`.
 * @param how arguments besides those of every run
 * @param hear gets its report for people; by default it goes to this terminal
 */
export async function jest(folder, name, how, { env = {}, hear } = {}) {
  mkdirSync(folder, { recursive: true })
  const file = join(folder, `jest-${name}.json`)
  const args = ['--json', '--outputFile', file, '--passWithNoTests', ...how]
  // Jest's JSON goes to the file; its report for people is on standard error.
  await inGroup('jest', args, { env: { ...JEST, ...env }, hear, quiet: true })
  return { ...jestCounts(file), files: jestFiles(file) }
}

/** Each check of `npm run check` counts as one test. */
export async function checks(_folder, hear) {
  const { passed, failed } = await runChecks((line) => hear(`${line}\n`))
  return { passed, failed: failed.length, files: [] }
}

export async function pytest(folder, hear) {
  const file = join(folder, 'pytest.xml')
  const python = join(checkTools, 'bin', 'python')
  const args = ['-m', 'pytest', '-q', join('test', 'local', 'region'), '--junit-xml', file]
  await inGroup(python, args, { env: { PYTHONPATH: 'local' }, hear })
  return { ...pytestCounts(file), files: pytestFiles(file) }
}

export async function goTests(_folder, hear) {
  const counts = []
  for (const module of goModules(join(repository, 'apps'))) {
    let output = ''
    const keep = (text) => {
      output += text
    }
    await inGroup('go', ['-C', module, 'test', '-json', './...'], { hear: keep })
    const count = goCounts(output)
    hear(`go test ${relative(repository, module)}: ${count.passed} passed, ${count.failed} failed\n`)
    if (count.failed > 0) hear(`${goSaid(output)}\n`)
    counts.push(count)
  }
  return { ...total(counts), files: [] }
}

function goModules(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((file) => file.name === 'go.mod')
    .map((file) => dirname(join(file.parentPath, file.name)))
}
