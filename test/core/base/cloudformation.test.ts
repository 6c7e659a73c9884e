import { describe, expect, it } from '@jest/globals'
import { getAtt, join, ref, references, sub } from '../../../core/base/cloudformation.ts'

describe('the names that a template refers to', () => {
  it.each([
    ['a Ref', ref('Tasks'), ['Tasks']],
    ['a pseudo parameter', ref('AWS::Region'), ['AWS::Region']],
    ['an attribute', getAtt('Tasks', 'Arn'), ['Tasks']],
    ['an attribute as a text', { 'Fn::GetAtt': 'Tasks.Nested.Arn' }, ['Tasks']],
    ['placeholders', sub(`\${A}-\${B.Arn}/\${AWS::Region}`), ['A', 'B', 'AWS::Region']],
    ['no escaped placeholder', sub(`\${!A}-\${B}`), ['B']],
    [
      'placeholders with values of their own',
      { 'Fn::Sub': [`\${own}-\${A}`, { own: ref('B') }] },
      ['A', 'B'],
    ],
    ['lists and maps, at any depth', { a: [{ b: join('', ['x', ref('A')]) }, [ref('B')]] }, ['A', 'B']],
    ['no placeholder of any other text', { Description: `\${A}`, 'Fn::Join': ['', [`\${B}`]] }, []],
    ['nothing in plain values', { a: 1, b: 'Ref', c: null, d: [true] }, []],
    ['no Ref that is a map of something else', { Ref: { Ref: 'A' } }, ['A']],
  ])('are found in %s', (_what, value, names) => {
    expect([...references(value)].sort()).toEqual([...names].sort())
  })
})
