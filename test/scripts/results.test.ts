import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { goCounts, jestCounts, pytestCounts, total } from '../../scripts/lib/results.mjs'

const folder = mkdtempSync(join(tmpdir(), 'results-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

describe('The counts of a test run', () => {
  it('treat a suite that cannot be loaded as a failure', () => {
    const result = { numPassedTests: 7, numFailedTests: 1, numRuntimeErrorTestSuites: 2 }
    expect(jestCounts(file('jest.json', JSON.stringify(result)))).toEqual({ passed: 7, failed: 3 })
  })

  it('treat a runner without a result as a failure', () => {
    expect(jestCounts(join(folder, 'none'))).toEqual({ passed: 0, failed: 1 })
    expect(pytestCounts(join(folder, 'none'))).toEqual({ passed: 0, failed: 1 })
  })

  it('leave out skipped pytest tests', () => {
    const xml =
      '<?xml version="1.0"?><testsuites><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10">'
    expect(pytestCounts(file('pytest.xml', xml))).toEqual({ passed: 4, failed: 3 })
  })

  it('count top-level Go tests, and a package that does not compile', () => {
    const events = [
      { Action: 'pass', Package: 'a', Test: 'TestOne' },
      { Action: 'pass', Package: 'a', Test: 'TestOne/sub' },
      { Action: 'fail', Package: 'a', Test: 'TestTwo' },
      { Action: 'fail', Package: 'a' },
      { Action: 'fail', Package: 'b' },
    ]
    const output = `# b\n${events.map((event) => JSON.stringify(event)).join('\n')}\n`
    expect(goCounts(output)).toEqual({ passed: 1, failed: 2 })
  })

  it('add up', () => {
    expect(
      total([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
    ).toEqual({ passed: 3, failed: 3 })
  })
})
