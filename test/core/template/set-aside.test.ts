// biome-ignore-all lint/suspicious/noTemplateCurlyInString: CloudFormation's own
import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { withSetAside } from '../../../core/template/set-aside.ts'

const arn = 'arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/orders-1'
const aside = [{ name: 'Orders', type: 'AWS::DynamoDB::Table', id: 'orders-1' }]
const template = (value: unknown, more: object = {}): Template => ({
  AWSTemplateFormatVersion: '2010-09-09',
  Description: '',
  Parameters: { VpcId: { Type: 'String' } },
  Resources: {
    Orders: { Type: 'AWS::DynamoDB::Table' },
    User: { Type: 'AWS::IAM::Policy', ...more, Properties: { Value: value } },
  },
  Outputs: { RefOrders: { Value: { Ref: 'Orders' } } },
})

describe('a stack without a table that is set aside', () => {
  it.each([
    ['Ref', { Ref: 'Orders' }, 'orders-1'],
    ['Ref of something else', [{ Ref: 'VpcId' }], [{ Ref: 'VpcId' }]],
    ['GetAtt', { 'Fn::GetAtt': ['Orders', 'Arn'] }, { 'Fn::Sub': arn }],
    ['GetAtt in one text', { 'Fn::GetAtt': 'Orders.Arn' }, { 'Fn::Sub': arn }],
    ['GetAtt of something else', { 'Fn::GetAtt': ['Group', 'Arn'] }, { 'Fn::GetAtt': ['Group', 'Arn'] }],
    [
      'Sub',
      { 'Fn::Sub': 'table/${Orders} of ${AWS::Region}, ${Orders.Arn}, ${!Orders}, ${OrdersToo}' },
      { 'Fn::Sub': `table/orders-1 of \${AWS::Region}, ${arn}, \${!Orders}, \${OrdersToo}` },
    ],
    [
      'Sub with names of its own',
      { 'Fn::Sub': ['${Orders} ${Other}', { Orders: 'mine', Other: { Ref: 'Orders' } }] },
      { 'Fn::Sub': ['${Orders} ${Other}', { Orders: 'mine', Other: 'orders-1' }] },
    ],
    [
      'Join',
      { 'Fn::Join': ['/', ['a', { Ref: 'Orders' }, null]] },
      { 'Fn::Join': ['/', ['a', 'orders-1', null]] },
    ],
  ])('has its value in place of %s', (_what, before, after) => {
    const { Resources, Outputs, Parameters } = withSetAside(template(before), aside)
    expect(Resources).toEqual({ User: { Type: 'AWS::IAM::Policy', Properties: { Value: after } } })
    expect(Outputs).toEqual({ RefOrders: { Value: 'orders-1' } })
    expect(Parameters).toEqual({ VpcId: { Type: 'String' } })
  })

  it.each([
    ['Orders', {}],
    [['Orders', 'Group'], { DependsOn: ['Group'] }],
    ['Group', { DependsOn: ['Group'] }],
  ])('depends on nothing that is gone: %j', (DependsOn, expected) => {
    const { Resources } = withSetAside(template('x', { DependsOn }), aside)
    expect(Resources.User).toEqual({ Type: 'AWS::IAM::Policy', Properties: { Value: 'x' }, ...expected })
  })

  it.each([[{ 'Fn::GetAtt': ['Orders', 'StreamArn'] }], [{ 'Fn::Sub': '${Orders.StreamArn}' }]])(
    'cannot be made while something needs what does not follow from its name: %j',
    (value) => {
      expect(() => withSetAside(template(value), aside)).toThrow(
        'table Orders: something refers to its StreamArn, which the table that takes its place has another of; ' +
          'deploy once without that reference, then restore',
      )
    },
  )
})
