import { describe, expect, it } from '@jest/globals'
import type { Resource } from '../../../core/base/cloudformation.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { attachedTargets, badAttachments } from '../../../core/template/attached-targets.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { serviceTemplate } from '../../../core/template/service.ts'
import { DEV_STAGE as dev } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

const target = (
  Service?: string,
  Port: unknown = 53,
  Type = 'AWS::ElasticLoadBalancingV2::TargetGroup',
): Resource => ({
  Type,
  ...(Service === undefined ? {} : { Metadata: { Nanofleet: { Service } } }),
  Properties: { Port, Protocol: 'TCP_UDP' },
})

describe('a target group that is marked with a service', () => {
  it('is attached to it, and no other resource is', () => {
    const found = attachedTargets({
      Dns: target('consul'),
      Bare: target(),
      Marked: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Metadata: { Nanofleet: {} } },
      Other: target('consul', 53, 'AWS::S3::Bucket'),
    })
    expect(found).toEqual([
      { resource: 'Dns', output: 'DnsArn', service: 'consul', port: 53, protocol: 'TCP_UDP' },
    ])
  })

  it.each([
    [target('consul'), []],
    [target('consul', '53'), []],
    [target('consull'), ['app.yml: Resources.Dns: no service "consull" in the app; did you mean "consul"?']],
    [
      target('consul', { Ref: 'Port' }),
      ['app.yml: Resources.Dns: has no port in numbers, which the security group of the service needs'],
    ],
  ])('is checked: %j', (resource, problems) => {
    const found = badAttachments({ Dns: resource }, ['consul'], 'app.yml')
    expect(found.map(({ message }) => message)).toEqual(problems)
  })
})

describe('a service', () => {
  it('joins the target groups that are attached to it, and to no other', () => {
    const resources = JSON.stringify({
      Resources: {
        T: {
          Type: 'AWS::ElasticLoadBalancingV2::TargetGroup',
          Metadata: { Nanofleet: { Service: 'web' }, Team: 'a' },
          Properties: { Port: 7000, Protocol: 'TCP' },
        },
      },
    })
    const app = sampleApp('a', 'resources: r.yml\nservices:\n  web: {}\n  db: {}\n', { 'r.yml': resources })
    const groups = (name: string) =>
      serviceTemplate({ bundle: app, service: name, stage: dev }).Resources.AutoScalingGroup?.Properties
    expect(groups('web')?.TargetGroupARNs).toEqual([{ Ref: 'TArn' }])
    expect(groups('db')).not.toHaveProperty('TargetGroupARNs')
    expect(appTemplate(parsedApp(app), dev).Resources.T).toMatchObject({ Metadata: { Team: 'a' } })
  })
})
