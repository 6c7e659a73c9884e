import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { runChecks } from './lib/checks.mjs'
import { capture } from './lib/jobs.mjs'
import { checkTools, environment, repository } from './lib/places.mjs'
import { goCounts, jestCounts, pytestCounts, total } from './lib/results.mjs'
import { attached } from './lib/run.mjs'
import { setup } from './lib/setup.mjs'
import { runScript } from './lib/steps.mjs'

const results = join(repository, '.nanofleet', 'test')
const regionTests = join('test', 'local', 'region')

/** `npm test [-- --quick] [jest arguments]`: the last line, also written to a file, is `N passed, N failed`. */
await runScript(async () => {
  const quick = process.argv.includes('--quick')
  const args = process.argv.slice(2).filter((arg) => arg !== '--quick')
  await setup(quick ? { only: 'npm' } : { tests: true })
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  const counts = [await jest('quick', args)]
  if (!quick) {
    if (args.length === 0) counts.push(await checks(), await pytest(), ...(await goTests()))
    counts.push(await jest('real', args))
  }
  const { passed, failed } = total(counts)
  const summary = `${passed} passed, ${failed} failed`
  writeFileSync(join(results, 'summary'), `${summary}\n`)
  process.stdout.write(`${summary}\n`)
  return failed > 0 ? 1 : 0
})

/** Tests with real parts share one machine and one region: their files run one after the other. The rest uses every core. */
async function jest(project, args) {
  const file = join(results, `jest-${project}.json`)
  const how = project === 'real' ? ['--runInBand'] : ['--maxWorkers=100%']
  const output = ['--json', '--outputFile', file, '--passWithNoTests']
  const env = {
    ...environment(),
    NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
  }
  // Jest's JSON goes to the file; its report for people is on standard error.
  await attached('jest', ['--selectProjects', project, ...output, ...how, ...args], {
    env,
    stdio: ['inherit', 'ignore', 'inherit'],
  })
  return jestCounts(file)
}

/** Each check of `npm run check` counts as one test. */
async function checks() {
  const { passed, failed } = await runChecks()
  return { passed, failed: failed.length }
}

async function pytest() {
  if (!existsSync(join(repository, regionTests))) return { passed: 0, failed: 0 }
  const file = join(results, 'pytest.xml')
  const python = join(checkTools, 'bin', 'python')
  const env = { ...environment(), PYTHONPATH: 'local' }
  await attached(python, ['-m', 'pytest', '-q', regionTests, '--junit-xml', file], { env })
  return pytestCounts(file)
}

async function goTests() {
  const counts = []
  for (const folder of goModules(join(repository, 'apps'))) {
    const { output } = await capture('go', ['-C', folder, 'test', '-json', './...'])
    const count = goCounts(output)
    process.stdout.write(
      `go test ${relative(repository, folder)}: ${count.passed} passed, ${count.failed} failed\n`,
    )
    if (count.failed > 0) process.stdout.write(`${spoken(output)}\n`)
    counts.push(count)
  }
  return counts
}

/** The tests' output, taken from the event stream; lines that are not events are the compiler's. */
function spoken(output) {
  const lines = output
    .split('\n')
    .map((line) => (line.startsWith('{') ? (JSON.parse(line).Output ?? '') : `${line}\n`))
  return lines.join('').trimEnd()
}

function goModules(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  return files
    .filter((file) => file.name === 'go.mod')
    .map((file) => dirname(join(file.parentPath, file.name)))
}
