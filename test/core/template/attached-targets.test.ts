import { describe, expect, it } from '@jest/globals'
import type { Resource } from '../../../core/base/cloudformation.ts'
import { attachedTargets, badAttachments } from '../../../core/template/attached-targets.ts'

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
