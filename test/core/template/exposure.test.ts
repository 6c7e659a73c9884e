import { describe, expect, it } from '@jest/globals'
import { serviceTemplate } from '../../../core/template/service.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { sampleApp } from '../../apps/apps.ts'

type Sample = (typeof SAMPLE_STAGES)[0]
const [, local, prod] = SAMPLE_STAGES as [Sample, Sample, Sample]
const shop = sampleApp(
  'shop',
  `requires: [platform]
services:
  web:
    source: apps/web
    port: 8080
    expose: {host: shop, port: 8101, path: /a/}
`,
  { 'web/consul.json': '{"name": "web", "port": 8080}' },
)
const template = serviceTemplate({ bundle: shop, service: 'web', stage: { ...prod, portListeners: true } })
const properties = (id: string, of = template) => of.Resources[id]?.Properties ?? {}

describe('an exposed service', () => {
  it('is reached over TLS by its port and by its host name, and asked for its health', () => {
    expect(template.Resources.PortListener).toEqual({
      Type: 'AWS::ElasticLoadBalancingV2::Listener',
      Properties: {
        LoadBalancerArn: { Ref: 'LoadBalancerArn' },
        Port: 8101,
        Protocol: 'HTTPS',
        SslPolicy: 'ELBSecurityPolicy-TLS13-1-2-2021-06',
        Certificates: [{ CertificateArn: { Ref: 'CertificateArn' } }],
        DefaultActions: [{ Type: 'forward', TargetGroupArn: { Ref: 'TargetGroup' } }],
      },
    })
    expect(template.Resources.ListenerRule).toEqual({
      Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
      Properties: {
        ListenerArn: { Ref: 'HttpListenerArn' },
        Priority: 42881,
        Conditions: [
          { Field: 'host-header', HostHeaderConfig: { Values: [{ 'Fn::Sub': `shop.\${Domain}` }] } },
          { Field: 'path-pattern', PathPatternConfig: { Values: ['/a', '/a/*'] } },
        ],
        Actions: [{ Type: 'forward', TargetGroupArn: { Ref: 'TargetGroup' } }],
      },
    })
    expect(properties('TargetGroup')).toEqual({
      VpcId: { Ref: 'VpcId' },
      TargetType: 'instance',
      Protocol: 'HTTP',
      Port: 8080,
      HealthCheckPath: '/healthz',
      HealthCheckIntervalSeconds: 5,
      HealthCheckTimeoutSeconds: 2,
      HealthyThresholdCount: 2,
      UnhealthyThresholdCount: 2,
      Matcher: { HttpCode: '200' },
      TargetGroupAttributes: [
        { Key: 'deregistration_delay.timeout_seconds', Value: '30' },
        { Key: 'load_balancing.algorithm.type', Value: 'least_outstanding_requests' },
      ],
    })
    const plain = serviceTemplate({ bundle: shop, service: 'web', stage: local })
    const { Protocol, SslPolicy, Certificates } = properties('PortListener', plain)
    expect([Protocol, SslPolicy, Certificates]).toEqual(['HTTP', undefined, undefined])
  })
})
