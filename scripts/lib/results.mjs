import { existsSync, readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { repository } from './places.mjs'

/** The counts `{passed, failed}` of one runner; a runner without a result counts as one failure. */
const NOTHING = { passed: 0, failed: 1 }

/** From Jest's `--json` file. A suite that cannot be loaded counts as one failure. */
export function jestCounts(file) {
  if (!existsSync(file)) return NOTHING
  const result = JSON.parse(readFileSync(file, 'utf8'))
  return {
    passed: result.numPassedTests,
    failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
  }
}

/** From Jest's `--json` file: `{file, seconds, tests}` of each file; `tests` are `{name, passed}`. */
export function jestFiles(file) {
  if (!existsSync(file)) return []
  return JSON.parse(readFileSync(file, 'utf8')).testResults.map(jestFile)
}

function jestFile({ name, status, startTime, endTime, assertionResults }) {
  const tests = assertionResults.map((one) => ({ name: one.fullName, passed: one.status === 'passed' }))
  if (status === 'failed' && tests.length === 0) tests.push({ name: 'it cannot be loaded', passed: false })
  return { file: relative(repository, name), seconds: (endTime - startTime) / 1000, tests }
}

/** From pytest's `--junit-xml` file: the attributes of its only `<testsuite>`. */
export function pytestCounts(file) {
  if (!existsSync(file)) return NOTHING
  const head = /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] ?? ''
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  return { passed: count('tests') - failed - count('skipped'), failed }
}

/** From pytest's `--junit-xml` file: `{file, seconds, tests}` of each file. */
export function pytestFiles(file) {
  if (!existsSync(file)) return []
  const cases = [
    ...readFileSync(file, 'utf8').matchAll(/<testcase classname="([^"]+)" name="[^"]*" time="([\d.]+)"/g),
  ]
  const seconds = new Map()
  for (const [, name, time] of cases) seconds.set(name, (seconds.get(name) ?? 0) + Number(time))
  return [...seconds].map(([name, sum]) => ({
    file: `${name.replaceAll('.', '/')}.py`,
    seconds: sum,
    tests: [],
  }))
}

/** From `go test -json`. A package that fails without a failed test (it does not compile) counts as one. */
export function goCounts(output) {
  const events = output.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line)] : []))
  const tests = events.filter((event) => event.Test && !event.Test.includes('/'))
  const failedPackages = new Set(
    tests.filter((event) => event.Action === 'fail').map((event) => event.Package),
  )
  const broken = events.filter(
    (event) => !event.Test && event.Action === 'fail' && event.Package && !failedPackages.has(event.Package),
  )
  return {
    passed: tests.filter((event) => event.Action === 'pass').length,
    failed: tests.filter((event) => event.Action === 'fail').length + broken.length,
  }
}

/** The output of Go's tests, from the event stream; lines that are not events come from the compiler. */
export function goSaid(output) {
  const lines = output
    .split('\n')
    .map((line) => (line.startsWith('{') ? (JSON.parse(line).Output ?? '') : `${line}\n`))
  return lines.join('').trimEnd()
}

export const total = (counts) => ({
  passed: counts.reduce((sum, one) => sum + one.passed, 0),
  failed: counts.reduce((sum, one) => sum + one.failed, 0),
})
