import { describe, expect, it } from '@jest/globals'
import { describeUnsteady, repeatOf, unsteady } from '../../scripts/lib/repeat.mjs'

const run = (...results: [name: string, passed: boolean][]) => [
  { file: 'a.test.ts', tests: results.map(([name, passed]) => ({ name, passed })) },
]

describe('Repeated runs', () => {
  it('tell the tests that fail now and then from those that always do, those that fail most first', () => {
    const runs = [
      run(['steady', true], ['flaky', true], ['broken', false]),
      run(['steady', true], ['flaky', false], ['broken', false]),
      run(['steady', true], ['flaky', true], ['broken', false]),
    ]
    expect(describeUnsteady(unsteady(runs), 3)).toEqual([
      'always fails: failed 3 of 3 times: a.test.ts: broken',
      'flaky: failed 1 of 3 times: a.test.ts: flaky',
    ])
  })

  it('count a test only in the runs that it was part of', () => {
    expect(unsteady([run(['late', false]), run()])).toMatchObject([{ name: 'late', failed: 1, of: 1 }])
  })

  it('tell tests of the same name in two files apart', () => {
    const other = [{ file: 'b.test.ts', tests: [{ name: 'same', passed: true }] }]
    expect(unsteady([[...run(['same', false]), ...other]])).toMatchObject([
      { file: 'a.test.ts', failed: 1, of: 1 },
    ])
  })

  it('say so when none failed', () => {
    expect(describeUnsteady(unsteady([run(['steady', true])]), 5)).toEqual(['No test failed in 5 runs.'])
  })

  it('are asked for by a number, wherever it stands among the arguments', () => {
    expect(repeatOf(['a.test.ts'])).toEqual({ times: 1, rest: ['a.test.ts'] })
    expect(repeatOf(['a.test.ts', '--repeat', '10', '-t', 'x'])).toEqual({
      times: 10,
      rest: ['a.test.ts', '-t', 'x'],
    })
    for (const bad of [['--repeat'], ['--repeat', 'a.test.ts'], ['--repeat', '0']])
      expect(() => repeatOf(bad)).toThrow(/--repeat needs how often/)
  })
})
