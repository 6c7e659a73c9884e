import { existsSync, readFileSync } from 'node:fs'

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

/** From pytest's `--junit-xml` file: the attributes of its only `<testsuite>`. */
export function pytestCounts(file) {
  if (!existsSync(file)) return NOTHING
  const head = /<testsuite [^>]*>/.exec(readFileSync(file, 'utf8'))?.[0] ?? ''
  const count = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(head)?.[1] ?? 0)
  const failed = count('failures') + count('errors')
  return { passed: count('tests') - failed - count('skipped'), failed }
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

export const total = (counts) => ({
  passed: counts.reduce((sum, one) => sum + one.passed, 0),
  failed: counts.reduce((sum, one) => sum + one.failed, 0),
})
