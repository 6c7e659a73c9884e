import { describe, expect, it } from '@jest/globals'
import { resolveStack } from '../../../core/proof/intrinsics.ts'

const template = {
  AWSTemplateFormatVersion: '2010-09-09' as const,
  Description: '',
  Parameters: { Zones: { Type: 'CommaDelimitedList' }, Name: { Type: 'String' } },
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'Name' }, 'web'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
  },
  Mappings: { Sizes: { web: { count: 3 } } },
  Resources: { Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.1.0.0/16' } } },
}
const parameters = { Zones: 'a,b', Name: 'web' }
const value = (expression: unknown) =>
  resolveStack(
    's',
    {
      ...template,
      Resources: { ...template.Resources, X: { Type: 'x', Properties: { value: expression } } },
    },
    parameters,
    'eu-west-1',
  ).resources.get('s/X')?.properties.value

describe('an expression of a template', () => {
  const [yes, no] = [{ Condition: 'Yes' }, { Condition: 'No' }]
  it.each<[unknown, unknown]>([
    ['text', 'text'],
    [null, null],
    [
      { a: [{ Ref: 'Name' }], b: 1 },
      { a: ['web'], b: 1 },
    ],
    [{ Ref: 'Zones' }, ['a', 'b']],
    [{ Ref: 'Vpc' }, 's/Vpc'],
    [{ Ref: 'AWS::Region' }, 'eu-west-1'],
    [{ Ref: 'AWS::AccountId' }, 'AWS::AccountId'],
    [
      { Ref: 'Name', other: 1 },
      { Ref: 'Name', other: 1 },
    ],
    [{ 'Fn::GetAtt': ['Vpc', 'Arn'] }, 's/Vpc'],
    [{ 'Fn::GetAtt': ['Vpc', 'GroupId'] }, 's/Vpc'],
    [{ 'Fn::GetAtt': ['Vpc', 'CidrBlock'] }, '10.1.0.0/16'],
    [{ 'Fn::GetAtt': ['Vpc', 'Name'] }, 's/Vpc.Name'],
    [
      { 'Fn::Sub': `\${Name}-\${Vpc.Arn}-\${Vpc.Some.Part}-\${AWS::Region}` },
      'web-s/Vpc-s/Vpc.Some.Part-eu-west-1',
    ],
    [{ 'Fn::If': ['Yes', 1, 2] }, 1],
    [{ 'Fn::If': ['No', 1, { Ref: 'Name' }] }, 'web'],
    [yes, true],
    [no, false],
    [{ 'Fn::Equals': [1, '1'] }, true],
    [{ 'Fn::Equals': ['a', 'b'] }, false],
    [{ 'Fn::And': [yes, yes] }, true],
    [{ 'Fn::And': [yes, no] }, false],
    [{ 'Fn::Or': [no, yes] }, true],
    [{ 'Fn::Or': [no, no] }, false],
    [{ 'Fn::Not': [yes] }, false],
    [{ 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    [{ 'Fn::Select': ['0', { Ref: 'Zones' }] }, 'a'],
    [{ 'Fn::Join': ['-', ['a', { Ref: 'Name' }]] }, 'a-web'],
    [{ 'Fn::Base64': { Ref: 'Name' } }, 'web'],
    [{ 'Fn::Split': ['-', { 'Fn::Join': ['-', ['a', { Ref: 'Name' }]] }] }, ['a', 'web']],
    [{ 'Fn::FindInMap': ['Sizes', { Ref: 'Name' }, 'count'] }, 3],
    [{ 'Fn::FindInMap': ['None', 'at', 'all'] }, undefined],
    [{ 'Fn::GetAtt': 'Vpc.Some.Part' }, 's/Vpc.Some.Part'],
    [{ 'Fn::Sub': [`\${own}-\${Name}-\${!kept}`, { own: { Ref: 'Vpc' } }] }, `s/Vpc-web-\${!kept}`],
    [{ 'Fn::ImportValue': 'network' }, 's/Fn::ImportValue(network)'],
    [{ a: { Ref: 'AWS::NoValue' }, b: [1, { Ref: 'AWS::NoValue' }] }, { b: [1] }],
    [{ 'Fn::GetAZs': '' }, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']],
    [{ 'Fn::Cidr': ['10.1.0.0/16', 3, 12] }, ['10.1.0.0/20', '10.1.16.0/20', '10.1.32.0/20']],
    [{ 'Fn::Cidr': ['10.1.0.0/24', 2, 4] }, ['10.1.0.0/28', '10.1.0.16/28']],
    [{ 'Fn::Cidr': ['10.255.0.0/8', '2', '16'] }, ['10.255.0.0/16', '11.0.0.0/16']],
  ])('%j is %j', (expression, expected) => {
    expect(value(expression)).toEqual(expected)
  })

  it('is a value of its own, equal to nothing else, when its function is not known', () => {
    expect(value({ 'Fn::ImportValue': 'other' })).toBe('s/Fn::ImportValue(other)')
    expect(value({ 'Fn::FindInMap': ['Sizes', 'small', 'count'] })).toBeUndefined()
  })
})

describe('a template', () => {
  it('has only the resources and outputs whose condition holds', () => {
    const { resources, outputs } = resolveStack(
      's',
      {
        ...template,
        Resources: {
          A: { Type: 'x', Condition: 'Yes' },
          B: { Type: 'x', Condition: 'No' },
          C: { Type: 'y' },
        },
        Outputs: {
          A: { Value: { Ref: 'Name' }, Condition: 'Yes' },
          B: { Value: '', Condition: 'No' },
          C: { Value: 7 },
        },
      },
      parameters,
      'eu-west-1',
    )
    expect([...resources]).toEqual([
      ['s/A', { type: 'x', properties: {} }],
      ['s/C', { type: 'y', properties: {} }],
    ])
    expect(outputs).toEqual({ A: 'web', C: '7' })
    const { Conditions: _none, ...plain } = template
    expect(resolveStack('s', plain, {}, 'r').outputs).toEqual({})
  })
})
