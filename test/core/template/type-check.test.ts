import { describe, expect, it } from '@jest/globals'
import { parseResources } from '../../../core/template/app-resources.ts'
import { replacingChanges } from '../../../core/template/type-schema.ts'
import { SCHEMAS } from '../../support/type-schemas.ts'

const file = (type: string, properties: string) =>
  parseResources(
    'shop',
    `Resources:\n  Thing:\n    Type: ${type}\n    Properties:\n${properties}`,
    'images/shop/resources.yml',
    [],
    new Map(Object.entries(SCHEMAS)),
  )
const TABLE = 'AWS::DynamoDB::Table'
const KEY = '      KeySchema: [{ AttributeName: id, KeyType: HASH }]\n'

describe('the properties of a resource', () => {
  it.each([
    ['a table', TABLE, KEY],
    ['no property at all', 'AWS::SNS::Topic', '      {}\n'],
    [
      'a value of CloudFormation instead of an object',
      TABLE,
      `${KEY}      TimeToLiveSpecification: !If [A, b, c]\n`,
    ],
    [
      'a list with a condition in it',
      TABLE,
      `${KEY}      Tags: [!If [A, { Key: a }, b], { Key: a, Value: b }]\n`,
    ],
    ['a form of several', TABLE, '      KeySchema: { Any: thing }\n'],
    ['keys of an object without a form', 'AWS::SQS::Queue', '      RedrivePolicy: { maxReceiveCount: 3 }\n'],
    ['a type without a schema', 'AWS::EC2::SecurityGroup', '      Colour: red\n'],
  ])('may be %s', (_what, type, properties) => {
    expect(() => file(type, properties)).not.toThrow()
  })

  it.each([
    [
      TABLE,
      '      KeySchem: [{ AttributeName: id, KeyType: HASH }]\n',
      [
        'images/shop/resources.yml:4: Resources.Thing.Properties.KeySchema: is missing; the resource type requires it',
        'images/shop/resources.yml:5: Resources.Thing.Properties.KeySchem: unknown property; did you mean "KeySchema"?',
      ],
    ],
    [
      TABLE,
      `${KEY}      TimeToLiveSpecification:\n        Enable: true\n`,
      [
        'images/shop/resources.yml:6: Resources.Thing.Properties.TimeToLiveSpecification.Enabled: is missing; the resource type requires it',
        'images/shop/resources.yml:7: Resources.Thing.Properties.TimeToLiveSpecification.Enable: unknown property; did you mean "Enabled"?',
      ],
    ],
    [
      TABLE,
      '      KeySchema:\n        - { AttributeName: id, KeyType: HASH }\n        - { Attribute: id, KeyType: RANGE, AttributeName: a }\n',
      [
        'images/shop/resources.yml:7: Resources.Thing.Properties.KeySchema.1.Attribute: unknown property; known are AttributeName, KeyType',
      ],
    ],
    [
      TABLE,
      `${KEY}      Arn: mine\n`,
      [
        'images/shop/resources.yml:6: Resources.Thing.Properties.Arn: is set by AWS, not by a template; remove it',
      ],
    ],
  ])('of %s are refused with file and line: %s', (type, properties, sentences) => {
    expect(() => file(type, properties)).toThrow(sentences.join('\n'))
  })
})

describe('a change that replaces', () => {
  const keys = (name: string) => ({ KeySchema: [{ AttributeName: name }] })
  it.each([
    ['nothing for the same', keys('a'), keys('a'), []],
    ['nothing for what can be changed', { ...keys('a'), Tags: [] }, { ...keys('a'), BillingMode: 'x' }, []],
    ['a key, which only may replace', keys('a'), keys('b'), ['KeySchema']],
    ['a name that is given', keys('a'), { ...keys('a'), TableName: 'b' }, ['TableName']],
    ['a name that is left out', { ...keys('a'), TableName: 'b' }, keys('a'), ['TableName']],
    ['what has no properties', undefined, { TableName: 'b' }, ['TableName']],
  ])('is %s', (_what, before, after, causes) => {
    expect(replacingChanges(SCHEMAS[TABLE], before, after)).toEqual(causes)
  })

  it('of an entry of a list is one of the list', () => {
    const schema = { createOnlyProperties: ['/properties/Rules/*/Name', '/properties/A/B'] }
    const [before, after] = [
      { Rules: [{ Name: 'a' }], A: { B: 1, C: 1 } },
      { Rules: [{ Name: 'b' }], A: { B: 1, C: 2 } },
    ]
    expect(replacingChanges(schema, before, after)).toEqual(['Rules'])
    expect(replacingChanges(schema, before, { ...before, A: { B: 2 } })).toEqual(['A.B'])
  })

  it('is any, as long as nobody knows the type', () => {
    expect(replacingChanges(undefined, { A: 1, B: 1 }, { A: 1, B: 2, C: 1 })).toEqual(['B', 'C'])
  })
})
