import { describe, expect, it } from '@jest/globals'
import { appChanges } from '../../../core/template/app-changes.ts'
import { stackChange } from '../../../core/template/stack-change.ts'
import { stage } from '../../support/stage.ts'

const empty = { AWSTemplateFormatVersion: '2010-09-09' as const, Description: '', Resources: {} }

describe('stackChange', () => {
  const standing = {
    status: 'UPDATE_COMPLETE',
    template: empty,
    parameters: { ImageId: 'ami-1', Release: '1' },
  }

  it.each([
    ['nothing stands', undefined, { ImageId: 'ami-1' }, 'create', ['it does not exist']],
    ['all is equal', standing, { ImageId: 'ami-1', Release: '2' }, 'unchanged', []],
    ['the image differs', standing, { ImageId: 'ami-2' }, 'update', ['ImageId: ami-1 → ami-2']],
    [
      'the last change failed',
      { ...standing, status: 'UPDATE_ROLLBACK_FAILED' },
      { ImageId: 'ami-1' },
      'update',
      ['its last change did not end well (UPDATE_ROLLBACK_FAILED)'],
    ],
  ] as const)('when %s', (_case, stack, parameters, action, reasons) => {
    expect(stackChange(stack, { template: empty, parameters })).toEqual({ action, reasons })
  })

  it('names parameters that come and go, and what else of the template changes', () => {
    const change = (other: Partial<Parameters<typeof stackChange>[1]>) =>
      stackChange(standing, { template: empty, parameters: standing.parameters, ...other }).reasons
    expect(change({ parameters: { ImageId: 'ami-1', Size: '3' } })).toEqual(['Size: 3'])
    expect(change({ parameters: {} })).toEqual(['ImageId is not needed any more'])
    const Outputs = { A: { Value: '1' } }
    expect(change({ template: { ...empty, Outputs } })).toEqual(['outputs or parameters change'])
  })

  it.each([
    ['CREATE_COMPLETE', 'unchanged'],
    ['UPDATE_COMPLETE', 'unchanged'],
    ['UPDATE_ROLLBACK_COMPLETE', 'unchanged'],
    ['UPDATE_IN_PROGRESS', 'update'],
  ])('takes a stack that is %s as %s', (status, action) => {
    const wanted = { template: empty, parameters: standing.parameters }
    expect(stackChange({ ...standing, status }, wanted).action).toBe(action)
  })

  it.each([
    ['another value', ['A=1', 'B=2'], ['A=1', 'B=3'], ['env B: 2 → 3']],
    ['a new one', ['A=1'], ['A=1', 'B=a=b'], ['env B: a=b']],
    ['none at all any more', ['A=1'], [], ['env A goes']],
    [
      'a reference',
      [{ 'Fn::Join': ['', ['T=', { Ref: 'RefTable' }]] }],
      [{ 'Fn::Join': ['', ['T=', { Ref: 'RefOther' }]] }],
      ['env T: {RefTable} → {RefOther}'],
    ],
    ['a long value', ['A=1'], [`A=${'x'.repeat(100)}`], [`env A: 1 → ${'x'.repeat(59)}…`]],
    [
      'secrets',
      ['NANOFLEET_SECRETS=A=/a|/b,B=/c'],
      [{ 'Fn::Sub': 'NANOFLEET_SECRETS=A=/a|/b,B=/d,C=/e' }],
      ['secret B changes', 'secret C is new'],
    ],
  ])('tells what a launch template changes in the environment: %s', (_what, before, after, reasons) => {
    const template = (lines: unknown[], InstanceType = 't3.micro') => ({
      ...empty,
      Resources: {
        LaunchTemplate: {
          Type: 'AWS::EC2::LaunchTemplate',
          Properties: {
            LaunchTemplateData: {
              InstanceType,
              ...(lines.length > 0 && { UserData: { 'Fn::Base64': { 'Fn::Join': ['\r\n', lines] } } }),
            },
          },
        },
      },
    })
    const told = (wanted: ReturnType<typeof template>) =>
      stackChange({ ...standing, template: template(before) }, { ...standing, template: wanted }).reasons
    expect(told(template(after))).toEqual(reasons)
    expect(told(template(after, 't3.small'))).toEqual([...reasons, 'LaunchTemplate changes'])
    expect(told(template(before))).toEqual([])
  })

  it('does not hide a mistake behind a value that another stack gives first', () => {
    const standing = { own: { status: 'x', parameters: {} } as never, services: {}, outputs: {} as never }
    const templates = { app: 'a', own: empty, services: {} }
    expect(() => appChanges(stage, templates, standing, new Map(), 1)).toThrow(TypeError)
  })

  it('counts the rules of security groups, of which a renamed service has a dozen', () => {
    const rule = (port: number) => ({
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: { IpProtocol: 'tcp', FromPort: port },
    })
    const change = (before: object, after: object) =>
      stackChange(
        { ...standing, template: { ...empty, Resources: before as typeof empty.Resources } },
        {
          template: { ...empty, Resources: after as typeof empty.Resources },
          parameters: standing.parameters,
        },
      ).reasons
    const old = {
      OldGroup: { Type: 'AWS::EC2::SecurityGroup' },
      A: rule(1),
      B: rule(2),
      C: rule(3),
      D: rule(4),
    }
    const fresh = { NewGroup: { Type: 'AWS::EC2::SecurityGroup' }, C: rule(5), D: rule(6), E: rule(7) }
    expect(change(old, fresh)).toEqual([
      'OldGroup goes',
      'NewGroup is new',
      'E is new',
      '2 rules of security groups go',
      '2 rules of security groups change',
    ])
  })

  it('names the resources that come, go and change', () => {
    const before = { ...empty, Resources: { A: { Type: 'x' }, B: { Type: 'x' } } }
    const template = { ...empty, Resources: { B: { Type: 'y' }, C: { Type: 'x' } } }
    const change = stackChange(
      { ...standing, template: before },
      { template, parameters: standing.parameters },
    )
    expect(change.reasons).toEqual(['A goes', 'B changes', 'C is new'])
  })
})
