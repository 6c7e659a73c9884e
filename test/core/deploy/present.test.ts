import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { present } from '../../../core/deploy/present.ts'

const template = (Large?: unknown): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: '',
  Parameters: { Size: { Type: 'String', Default: 'small' } },
  ...(Large !== undefined && { Conditions: { Large } }),
  Resources: { Orders: { Type: 'T', Condition: 'Large' }, Bills: { Type: 'T' } },
})
const isLarge = { 'Fn::Equals': [{ Ref: 'Size' }, 'large'] }

describe('the resources that a stack would have', () => {
  it.each<[string, unknown, Record<string, string>, string[]]>([
    ['a default', isLarge, {}, ['Bills']],
    ['a given value', isLarge, { Size: 'large' }, ['Orders', 'Bills']],
    ['a negation', { 'Fn::Not': [isLarge] }, {}, ['Orders', 'Bills']],
    ['the region', { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] }, {}, ['Bills']],
    [
      'what only CloudFormation knows',
      { 'Fn::Equals': [{ Ref: 'AWS::AccountId' }, '1'] },
      {},
      ['Orders', 'Bills'],
    ],
    ['nothing', undefined, {}, ['Orders', 'Bills']],
  ])('depend on %s', (_what, condition, parameters, names) => {
    expect(Object.keys(present(template(condition), parameters, 'eu-west-1').Resources)).toEqual(names)
  })
})
