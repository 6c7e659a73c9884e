import { expect, it } from '@jest/globals'
import { explain } from './lib/explained.ts'

const failure = (begin: number, end: number) => ({ action: 'index', reason: '/ answered 502', begin, end })

it.each([
  ['was under way when the fault came', [900, 1100], 0],
  ['began while the fleet was not whole', [2500, 2600], 0],
  ['came just after', [4900, 5000], 0],
  ['was over before', [100, 900], undefined],
  ['came long after', [6000, 6100], undefined],
  ['belongs to the second one', [10_500, 10_600], 1],
])('a failure that %s', (_, [begin, end], expected) => {
  const faults = [
    { what: 'kill web', from: 1000, to: 3000 },
    { what: 'kill redis', from: 10_000, to: 11_000 },
  ]
  const { byFault, others } = explain([failure(begin as number, end as number)], faults)
  expect(byFault.map(({ length }) => length)).toEqual([0, 1].map((index) => (index === expected ? 1 : 0)))
  expect(others).toHaveLength(expected === undefined ? 1 : 0)
})
