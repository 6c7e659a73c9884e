import { describe, expect, it } from '@jest/globals'
import { APP_ACTIONS, appActionsOf, isAppAction } from '../../../core/base/app-rights.ts'
import { bundleDigest } from '../../../core/base/bundle.ts'
import { boundaries } from '../../../core/template/boundaries.ts'
import { ownTypes } from '../../../core/template/own-resources.ts'
import { parseApp } from '../../../core/template/parsed-app.ts'
import { sampleApp } from '../../apps/apps.ts'
import { GAINS, type Gain } from '../../iam/gains.ts'
import { OF_SECRETS } from '../../iam/secret-gains.ts'

const cases = [...GAINS, ...OF_SECRETS].map((gain): [string, Gain] => [gain.what, gain])

/** An app with this in it, as its files would be pushed. */
function pushed({ resources, service }: Gain): void {
  const files = { 'r.yml': JSON.stringify({ Resources: resources ?? {} }) }
  const manifest = `resources: r.yml\nservices:\n  web: ${JSON.stringify({ source: 'apps/web', ...service })}\n`
  sampleApp('gain', manifest, files)
}

/** The same as somebody put it into the bucket who may write there, past every check of a push. */
function smuggled({ resources, service }: Gain): void {
  const honest = sampleApp('gain', 'services:\n  web: {source: apps/web}\n')
  const { web } = honest.manifest.services
  if (!web) throw new Error('the sample has no service')
  const manifest = { ...honest.manifest, services: { web: { ...web, ...service } } }
  const value = { ...honest, manifest, resources: { Resources: resources ?? {} } }
  parseApp({ app: 'gain', digest: bundleDigest(honest), value, place: 'stored' })
}

describe('a manifest that tries to gain rights', () => {
  it.each(cases)('is refused when it is pushed: %s', (_what, gain) => {
    expect(() => pushed(gain)).toThrow(gain.refused)
  })

  it.each(cases)('is refused when a plan reads it: %s', (_what, gain) => {
    expect(() => smuggled(gain)).toThrow(gain.refused)
  })

  it('says what to do instead, by the name of the action or of the place', () => {
    const asks = (service: Record<string, unknown>) => () => pushed({ what: '', service, refused: '' })
    expect(asks({ permissions: [{ actions: ['sqs:*'], resource: '*' }] })).toThrow(
      'images/gain/app.yml:4: services.web.permissions.0.actions.0: "sqs:*" is more than the program of an app may do; name what it does: sqs:ChangeMessageVisibility, sqs:DeleteMessage',
    )
    expect(asks({ permissions: [{ actions: ['iam:*'], resource: '*' }] })).toThrow(
      'remove it; docs/security.md lists what a program may do',
    )
    expect(asks({ permissions: [{ actions: ['dynamodb:Scann'], resource: '*' }] })).toThrow(
      '"dynamodb:Scann" is more than the program of an app may do; did you mean "dynamodb:Scan"?',
    )
    expect(asks({ permissions: [{ actions: ['s3:GetObjekt'], resource: '*' }] })).toThrow(
      '"s3:GetObjekt" is more than the program of an app may do; did you mean "s3:GetObject"?',
    )
    expect(asks({ permissions: [{ actions: ['s3:GetObjectVersoin'], resource: '*' }] })).toThrow(
      'there is no action "s3:GetObjectVersoin" in AWS; did you mean "s3:GetObjectVersion"?',
    )
    const sound = ['s3:GetObject*', 's3:GetObjectTagging', 'bedrock:InvokeModelWithSomethingNew']
    expect(asks({ permissions: [{ actions: sound, resource: '*' }] })).not.toThrow()
    expect(() => pushed({ what: '', resources: { R: { Type: 'AWS::IAM::Role' } }, refused: '' })).toThrow(
      'images/gain/r.yml:1: Resources.R.Type: an app makes no AWS::IAM::Role; say what a service may do in its permissions in app.yml',
    )
  })
})

describe('what an app may make and do', () => {
  it.each([
    'arn:aws:ssm:eu-west-1:1:parameter/shop/*',
    'arn:aws:ssm:*:*:parameter/shop/key',
    'arn:aws:ssm:a:b:parameter/nanofleet-apps/*',
    'arn:aws:ssm:a:b:parameter/nanofleet-app-secretsX/*',
  ])('is reading other parameters: %s', (resource) => {
    const service = { permissions: [{ actions: ['ssm:GetParameter'], resource }] }
    expect(() => pushed({ what: '', service, refused: '' })).not.toThrow()
  })

  it.each([
    ['sqs:SendMessage', true],
    ['SQS:sendmessage', true],
    ['sqs:SendMessageBatch', false],
    ['sqs:SendMessag', false],
    ['s3:GetObject*', true],
    ['S3:getobjectversion', true],
    ['s3:GetObjec', false],
    ['s3:Get*', false],
  ])('is the action %s: %p', (action, allowed) => {
    expect(isAppAction(action)).toBe(allowed)
  })

  it('has the actions of a service in any spelling', () => {
    expect(appActionsOf('KMS')).toEqual(appActionsOf('kms'))
    expect(appActionsOf('kms')).toContain('kms:Sign')
  })

  const allowed =
    (resources: Record<string, unknown>, app = 'gain') =>
    () => {
      sampleApp(app, 'resources: r.yml\nservices:\n  web: {}\n', {
        'r.yml': JSON.stringify({ Resources: resources }),
      })
    }
  const statement = (extra: Record<string, unknown>) => ({
    Q: { Type: 'AWS::SQS::Queue' },
    P: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: 'Q' }],
        PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', ...extra }] },
      },
    },
  })

  it.each<[string, Record<string, unknown>]>([
    ['a service of AWS', { Principal: { Service: 's3.amazonaws.com' } }],
    ['two services of AWS', { Principal: { Service: ['s3.amazonaws.com', 'sns.amazonaws.com'] } }],
    ['the own account', { Principal: { AWS: { Ref: 'AWS::AccountId' } } }],
    [
      'a role of the own account',
      {
        Principal: {
          AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:role/backup` },
        },
      },
    ],
    [
      'the own account and a service of AWS',
      { Principal: { AWS: { Ref: 'AWS::AccountId' }, Service: 'sns.amazonaws.com' } },
    ],
    ['a denial for everybody', { Effect: 'Deny', Principal: '*' }],
  ])('a policy may let in %s', (_who, extra) => {
    expect(allowed(statement(extra))).not.toThrow()
  })

  it.each<[string, unknown]>([
    ['nobody', null],
    ['a number', 5],
    ['everybody', '*'],
    ['everybody of AWS', { AWS: '*' }],
    ['another account beside the own one', { AWS: [{ Ref: 'AWS::AccountId' }, 'arn:aws:iam::2:root'] }],
    ['another provider beside a service', { Service: 's3.amazonaws.com', Federated: 'a.example' }],
    ['a host that is no service', { AWS: { Ref: 'AWS::AccountId' }, Service: 'evil.example' }],
  ])('a policy may not let in %s', (_who, Principal) => {
    expect(allowed(statement({ Principal }))).toThrow('lets in others than the own account')
  })

  it.each<[string, unknown]>([
    ['null', null],
    ['an id', 'sg-1'],
    ['two references', { Ref: 'Own', Other: { Ref: 'Own' } }],
    ['an attribute of something else', { 'Fn::GetAtt': 'ConsulGroup.Own' }],
    ['a choice that may be of others', { 'Fn::If': ['C', { Ref: 'ConsulGroup' }, { Ref: 'Own' }] }],
    ['a list of none', []],
  ])('a rule may not be in %s', (_what, GroupId) => {
    const group = { Own: { Type: 'AWS::EC2::SecurityGroup' } }
    const rule = { Rule: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId } } }
    expect(allowed({ ...group, ...rule })).toThrow("must be a Ref or GetAtt of the app's own")
  })

  it('a value may be null, and a type that is almost one is hinted at', () => {
    expect(allowed({ Q: { Type: 'AWS::SQS::Queue', Properties: { QueueName: null } } })).not.toThrow()
    expect(allowed({ Q: { Type: 'AWS::SQS::Queu' } })).toThrow(
      'an app makes no AWS::SQS::Queu; did you mean "AWS::SQS::Queue"?',
    )
  })

  it('a rule may be in a group of the file, of a service, or either of two', () => {
    const rule = (GroupId: unknown) => ({
      Own: { Type: 'AWS::EC2::SecurityGroup' },
      Rule: { Type: 'AWS::EC2::SecurityGroupIngress', Properties: { GroupId } },
    })
    expect(allowed(rule({ 'Fn::GetAtt': ['Own', 'GroupId'] }))).not.toThrow()
    expect(allowed(rule({ 'Fn::GetAtt': 'Own.GroupId' }))).not.toThrow()
    expect(allowed(rule({ Ref: 'WebSecurityGroup' }))).not.toThrow()
    const either = { 'Fn::If': ['C', { Ref: 'Own' }, { Ref: 'WebSecurityGroup' }] }
    expect(allowed(rule(either))).not.toThrow()
    const half = { 'Fn::If': ['C', { Ref: 'Own' }, { Ref: 'ConsulGroup' }] }
    expect(allowed(rule(half))).toThrow("must be a Ref or GetAtt of the app's own AWS::EC2::SecurityGroup")
    expect(allowed(rule({ 'Fn::Join': ['', [{ Ref: 'Own' }]] }))).toThrow('must be a Ref or GetAtt')
  })

  it('only the platform changes the network of all', () => {
    expect(ownTypes('platform').filter((type) => !ownTypes('gain').includes(type))).toEqual([
      'AWS::EC2::EIP',
      'AWS::EC2::NatGateway',
      'AWS::EC2::Route',
      'AWS::EC2::VPCEndpoint',
      'AWS::WAFv2::WebACLAssociation',
    ])
  })

  it('the boundaries allow no more than the list, and fit into a managed policy', () => {
    for (const { Properties } of Object.values(boundaries({ name: 'a'.repeat(20) }).Resources)) {
      const { PolicyDocument } = Properties as { PolicyDocument: { Statement: Record<string, unknown>[] } }
      const allows = PolicyDocument.Statement.filter(({ Effect }) => Effect === 'Allow')
      expect([...new Set(allows.flatMap(({ Action }) => Action as string[]))].sort()).toEqual(APP_ACTIONS)
      // "IAM and AWS STS quotas": 6,144 characters without white space.
      expect(JSON.stringify(PolicyDocument).length).toBeLessThan(6144)
    }
  })
})
