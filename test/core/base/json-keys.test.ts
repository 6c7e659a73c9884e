import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { repeatedKey } from '../../../core/base/json-keys.ts'

describe('a repeated key of a JSON text', () => {
  it.each([
    ['{"a": 1,\n "b": 2,\n "a": 3}\n\n', { path: 'a', line: 3 }],
    ['{"a": {"b": 1, "b": 2}}', { path: 'a.b', line: 1 }],
    ['{"a": [{"b": 1}, {"b": {"c": 1}, "d": [], "b": 2}]}', { path: 'a[1].b', line: 1 }],
    ['[[1, 2], {"x": "y", "\\u0078": 1}]', { path: '[1].x', line: 1 }],
    ['["x", {"a": 1, "a": 2}]', { path: '[1].a', line: 1 }],
    ['\n{"a": 1,\n"a": 2}', { path: 'a', line: 3 }],
    ['{"": 1, "": 2}', { path: '', line: 1 }],
  ])('is found in %s', (text, found) => {
    expect(repeatedKey(text)).toEqual(found)
  })

  it.each([
    '{"a": {"a": {"a": 1}}, "b": {"a": 2}}',
    '[{"a": 1}, {"a": 2}]',
    '{"a": "a", "b": "{\\"a\\": 1, \\"a\\": 2}", "c": ":"}',
    '{"a": "\\\\", "b": "\\"", "A": ",[{"}',
    '[]',
    '"a"',
  ])('is none in %s', (text) => {
    expect(repeatedKey(text)).toBeUndefined()
  })

  it('is none in what JSON.stringify writes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(2), (value, indent) => {
        expect(repeatedKey(JSON.stringify(value, null, indent))).toBeUndefined()
      }),
    )
  })
})
