import { describe, expect, it } from '@jest/globals'
import { lengthProblems } from '../../scripts/lib/source-rules.mjs'

const long = 'word '.repeat(30)

describe('the rules of length', () => {
  it.each([
    ['a comment', `  // ${long}`],
    ['code', `const sum = ${'first + '.repeat(20)}last`],
    ['code beside a short text', `call('text', ${'first, '.repeat(20)}last)`],
  ])('refuse %s beyond 110 columns, with its line', (_, line) => {
    expect(lengthProblems('a.ts', `one\n${line}\n`)).toEqual([
      expect.stringMatching(/^a\.ts:2: \d+ columns, 110 at most$/),
    ])
  })

  it.each([
    ['a message', `throw new Error('${long}')`],
    ['a template', `const text = \`${long}\``],
    ['markup over several lines', `html\`<p>${long}\n${long}</p>\``],
    ['a pattern', `const known = /${'Failure|'.repeat(20)}Refusal/`],
  ])('leave %s whole, so that a search finds it', (_, line) => {
    expect(lengthProblems('a.ts', line)).toEqual([])
  })

  it('count a tab of Go as four columns', () => {
    expect(lengthProblems('a.go', `\t\t// ${'x'.repeat(100)}`)).toHaveLength(1)
  })

  it('refuse a file of more than 250 lines', () => {
    expect(lengthProblems('a.ts', 'x\n'.repeat(250))).toEqual([])
    expect(lengthProblems('a.ts', 'x\n'.repeat(251))).toEqual([
      expect.stringContaining('251 lines, 250 at most'),
    ])
  })
})
