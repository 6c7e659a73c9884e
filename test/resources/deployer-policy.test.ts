import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { ROOT } from '../apps/apps.ts'

interface Statement {
  Sid: string
  Effect: string
  Action: string[]
  Resource: string | string[]
  Condition?: unknown
}

const folder = join(ROOT, 'docs/deployer-policy')
const files = readdirSync(folder).sort()
const policies = files.map((file) => {
  const text = readFileSync(join(folder, file), 'utf8')
  return { file, text, statements: (JSON.parse(text) as { Statement: Statement[] }).Statement }
})
const statements = policies.flatMap((policy) => policy.statements)
const LOOKS = /^[a-z0-9]+:(Describe|Get|List|Validate)/

describe('the policies of the person who deploys', () => {
  it('are three, each small enough for a managed policy', () => {
    expect(files).toEqual(['control-plane.json', 'network.json', 'use.json'])
    for (const { text } of policies) expect(text.replaceAll(/\s/g, '').length).toBeLessThanOrEqual(6144)
  })

  it('name every action in full', () => {
    expect(statements.flatMap(({ Action }) => Action).filter((action) => action.includes('*'))).toEqual([])
  })

  it('let change only what has the name of the stage, or what is a network, a log or a subscription', () => {
    const wide = statements.filter(({ Resource }) =>
      [Resource].flat().some((resource) => !resource.includes('STAGE')),
    )
    const changes = wide.flatMap(({ Sid, Action }) =>
      Action.filter((action) => !LOOKS.test(action)).map((action) => `${Sid} ${action}`),
    )
    const places = new Set(changes.map((change) => change.split(' ')[0]))
    // Parts: an event source mapping has no name.
    expect([...places].sort()).toEqual(['Logs', 'Network', 'Parts', 'Subscriptions'])
  })

  it('cover what the framework and the plugin call', () => {
    const given = new Set(statements.flatMap(({ Action }) => Action))
    const called = [
      'cloudformation:CreateChangeSet',
      'ec2:DescribeSecurityGroups',
      'ec2:RevokeSecurityGroupEgress',
      'ec2:RevokeSecurityGroupIngress',
      'iam:PassRole',
      's3:ListBucketVersions',
      's3:PutObject',
      'servicequotas:GetServiceQuota',
      'states:ValidateStateMachineDefinition',
      'sts:GetCallerIdentity',
    ]
    expect(called.filter((action) => !given.has(action))).toEqual([])
  })
})
