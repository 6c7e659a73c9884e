import { describe, expect, it } from '@jest/globals'
import type { Template } from '../../../core/base/cloudformation.ts'
import { appTemplate } from '../../../core/template/app.ts'
import { parsedApp } from '../../../core/template/parsed-app.ts'
import { SAMPLE_STAGES } from '../../../scripts/sample-stages.ts'
import { repositoryApps, sampleApp } from '../../apps/apps.ts'
import { studio } from '../../apps/studio.ts'

const [dev, , prod] = SAMPLE_STAGES as [(typeof SAMPLE_STAGES)[0], unknown, (typeof SAMPLE_STAGES)[0]]

const text = (value: unknown): string => {
  const { Ref, 'Fn::GetAtt': attribute = [] } = Object(value) as { Ref?: string; 'Fn::GetAtt'?: string[] }
  return typeof value === 'string' ? value : (Ref ?? attribute[0] ?? '')
}
/** Every generated rule: its name, at whom, what, and to or from whom. */
const rules = ({ Resources }: Template) =>
  Object.entries(Resources).flatMap(([id, { Type, Properties: rule = {} }]) => {
    if (!/SecurityGroup(In|E)gress$/.test(Type) || typeof rule.FromPort !== 'number') return []
    const other = rule.SourceSecurityGroupId ?? rule.DestinationSecurityGroupId ?? rule.CidrIp
    const ports = `${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort}`
    return [`${id}: ${text(rule.GroupId)} ${ports} ${text(other)}: ${rule.Description}`]
  })

describe('the rules of security groups', () => {
  it('let the services of an app do what its manifest says', () => {
    expect(rules(appTemplate(parsedApp(studio()), dev))).toEqual([
      'MasterEgressToInternetTcp443: MasterSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'MasterEgressToVpcTcp53: MasterSecurityGroup tcp 53-53 VpcCidr: names, at the network load balancer',
      'MasterEgressToVpcUdp53: MasterSecurityGroup udp 53-53 VpcCidr: names, at the network load balancer',
      'MasterEgressToDbTcp8001: MasterSecurityGroup tcp 8001-8001 DbSecurityGroup: master needs db',
      'DbIngressFromMasterTcp8001: DbSecurityGroup tcp 8001-8001 MasterSecurityGroup: master needs db',
      'MasterEgressToStorageTcp8002: MasterSecurityGroup tcp 8002-8002 StorageSecurityGroup: master needs storage',
      'StorageIngressFromMasterTcp8002: StorageSecurityGroup tcp 8002-8002 MasterSecurityGroup: master needs storage',
      'ProxyFunctionEgressToMasterTcp8003: ProxyFunctionGroup tcp 8003-8003 MasterSecurityGroup: people who proxy master',
      'MasterIngressFromProxyFunctionTcp8003: MasterSecurityGroup tcp 8003-8003 ProxyFunctionGroup: people who proxy master',
      'LoadBalancerEgressToMasterTcp8003: LoadBalancerGroup tcp 8003-8003 MasterSecurityGroup: master is exposed',
      'MasterIngressFromLoadBalancerTcp8003: MasterSecurityGroup tcp 8003-8003 LoadBalancerGroup: master is exposed',
      'LoadBalancerIngressFromInternetTcp8101: LoadBalancerGroup tcp 8101-8101 0.0.0.0/0: master in public',
      'ConsulEgressToMasterTcp8003: ConsulGroup tcp 8003-8003 MasterSecurityGroup: checks of master',
      'MasterIngressFromConsulTcp8003: MasterSecurityGroup tcp 8003-8003 ConsulGroup: checks of master',
      'ConsulFunctionEgressToMasterTcp8003: ConsulFunctionGroup tcp 8003-8003 MasterSecurityGroup: probes of master',
      'MasterIngressFromConsulFunctionTcp8003: MasterSecurityGroup tcp 8003-8003 ConsulFunctionGroup: probes of master',
      'DbEgressToInternetTcp443: DbSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'DbEgressToVpcTcp53: DbSecurityGroup tcp 53-53 VpcCidr: names, at the network load balancer',
      'DbEgressToVpcUdp53: DbSecurityGroup udp 53-53 VpcCidr: names, at the network load balancer',
      'ProxyFunctionEgressToDbTcp8001: ProxyFunctionGroup tcp 8001-8001 DbSecurityGroup: people who proxy db',
      'DbIngressFromProxyFunctionTcp8001: DbSecurityGroup tcp 8001-8001 ProxyFunctionGroup: people who proxy db',
      'ConsulEgressToDbTcp8001: ConsulGroup tcp 8001-8001 DbSecurityGroup: checks of db',
      'DbIngressFromConsulTcp8001: DbSecurityGroup tcp 8001-8001 ConsulGroup: checks of db',
      'ConsulFunctionEgressToDbTcp8001: ConsulFunctionGroup tcp 8001-8001 DbSecurityGroup: probes of db',
      'DbIngressFromConsulFunctionTcp8001: DbSecurityGroup tcp 8001-8001 ConsulFunctionGroup: probes of db',
      'StorageEgressToInternetTcp443: StorageSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'StorageEgressToVpcTcp53: StorageSecurityGroup tcp 53-53 VpcCidr: names, at the network load balancer',
      'StorageEgressToVpcUdp53: StorageSecurityGroup udp 53-53 VpcCidr: names, at the network load balancer',
      'ProxyFunctionEgressToStorageTcp8002: ProxyFunctionGroup tcp 8002-8002 StorageSecurityGroup: people who proxy storage',
      'StorageIngressFromProxyFunctionTcp8002: StorageSecurityGroup tcp 8002-8002 ProxyFunctionGroup: people who proxy storage',
      'ConsulEgressToStorageTcp8012: ConsulGroup tcp 8012-8012 StorageSecurityGroup: checks of storage',
      'StorageIngressFromConsulTcp8012: StorageSecurityGroup tcp 8012-8012 ConsulGroup: checks of storage',
      'ConsulFunctionEgressToStorageTcp8012: ConsulFunctionGroup tcp 8012-8012 StorageSecurityGroup: probes of storage',
      'StorageIngressFromConsulFunctionTcp8012: StorageSecurityGroup tcp 8012-8012 ConsulFunctionGroup: probes of storage',
      'WorkerEgressToInternetTcp443: WorkerSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'WorkerEgressToVpcTcp53: WorkerSecurityGroup tcp 53-53 VpcCidr: names, at the network load balancer',
      'WorkerEgressToVpcUdp53: WorkerSecurityGroup udp 53-53 VpcCidr: names, at the network load balancer',
      'WorkerEgressToMasterTcp8003: WorkerSecurityGroup tcp 8003-8003 MasterSecurityGroup: worker needs master',
      'MasterIngressFromWorkerTcp8003: MasterSecurityGroup tcp 8003-8003 WorkerSecurityGroup: worker needs master',
      'ConsulEgressToWorkerUdp8013: ConsulGroup udp 8013-8013 WorkerSecurityGroup: checks of worker',
      'WorkerIngressFromConsulUdp8013: WorkerSecurityGroup udp 8013-8013 ConsulGroup: checks of worker',
      'ConsulFunctionEgressToWorkerUdp8013: ConsulFunctionGroup udp 8013-8013 WorkerSecurityGroup: probes of worker',
      'WorkerIngressFromConsulFunctionUdp8013: WorkerSecurityGroup udp 8013-8013 ConsulFunctionGroup: probes of worker',
      'AdminEgressToInternetTcp443: AdminSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'AdminEgressToVpcTcp53: AdminSecurityGroup tcp 53-53 VpcCidr: names, at the network load balancer',
      'AdminEgressToVpcUdp53: AdminSecurityGroup udp 53-53 VpcCidr: names, at the network load balancer',
      'ProxyFunctionEgressToAdminTcp8004: ProxyFunctionGroup tcp 8004-8004 AdminSecurityGroup: people who proxy admin',
      'AdminIngressFromProxyFunctionTcp8004: AdminSecurityGroup tcp 8004-8004 ProxyFunctionGroup: people who proxy admin',
      'LoadBalancerEgressToAdminTcp8004: LoadBalancerGroup tcp 8004-8004 AdminSecurityGroup: admin is exposed',
      'AdminIngressFromLoadBalancerTcp8004: AdminSecurityGroup tcp 8004-8004 LoadBalancerGroup: admin is exposed',
      'LoadBalancerIngressFromInternetTcp8102: LoadBalancerGroup tcp 8102-8102 0.0.0.0/0: admin in public',
    ])
  })

  it('let the Consul servers be asked and ask each other', async () => {
    const platform = (await repositoryApps()).find(({ manifest }) => manifest.app === 'platform')
    if (!platform) throw new Error('no platform')
    expect(rules(appTemplate(parsedApp(platform), prod))).toEqual([
      'PlainFromInternet: LoadBalancerSecurityGroup tcp 80-80 0.0.0.0/0: Sent on to HTTPS',
      'ConsulEgressToInternetTcp443: ConsulSecurityGroup tcp 443-443 0.0.0.0/0: AWS APIs',
      'LoadBalancerEgressToConsulTcp8501: LoadBalancerSecurityGroup tcp 8501-8501 ConsulSecurityGroup: user interface',
      'ConsulIngressFromLoadBalancerTcp8501: ConsulSecurityGroup tcp 8501-8501 LoadBalancerSecurityGroup: user interface',
      'ConsulIngressFromVpcTcp8600: ConsulSecurityGroup tcp 8600-8600 VpcCidr: clients of consul',
      'ConsulIngressFromVpcUdp8600: ConsulSecurityGroup udp 8600-8600 VpcCidr: clients of consul',
      'ConsulEgressToConsulTcp8300: ConsulSecurityGroup tcp 8300-8301 ConsulSecurityGroup: RPC and gossip',
      'ConsulIngressFromConsulTcp8300: ConsulSecurityGroup tcp 8300-8301 ConsulSecurityGroup: RPC and gossip',
      'ConsulEgressToConsulUdp8301: ConsulSecurityGroup udp 8301-8301 ConsulSecurityGroup: gossip',
      'ConsulIngressFromConsulUdp8301: ConsulSecurityGroup udp 8301-8301 ConsulSecurityGroup: gossip',
      'ConsulEgressToConsulTcp8501: ConsulSecurityGroup tcp 8501-8501 ConsulSecurityGroup: is there a leader',
      'ConsulIngressFromConsulTcp8501: ConsulSecurityGroup tcp 8501-8501 ConsulSecurityGroup: is there a leader',
      'ConsulIngressFromConsulFunctionTcp8501: ConsulSecurityGroup tcp 8501-8501 ConsulFunctionGroup: HTTP API',
    ])
  })

  it.each([
    ['UDP', ['udp']],
    ['TCP', ['tcp']],
    ['TLS', ['tcp']],
    ['TCP_UDP', ['tcp', 'udp']],
  ])('let clients of a load balancer of its own in: %s', (protocol, expected) => {
    const target = `{Type: "AWS::ElasticLoadBalancingV2::TargetGroup", Metadata: {Nanofleet: {Service: web}}, Properties: {Port: 7000, Protocol: ${protocol}}}`
    const bundle = sampleApp('a', 'resources: r.yml\nservices:\n  web: {}\n', {
      'r.yml': `Resources: {T: ${target}}`,
    })
    const template = appTemplate(parsedApp(bundle), dev)
    expect(rules(template).filter((rule) => rule.includes('clients of web'))).toEqual(
      expected.map((kind) => {
        const id = `WebIngressFromVpc${kind === 'tcp' ? 'Tcp' : 'Udp'}7000`
        return `${id}: WebSecurityGroup ${kind} 7000-7000 VpcCidr: clients of web`
      }),
    )
    expect(template.Resources.T).not.toHaveProperty('Metadata')
    expect(template.Outputs?.TArn).toEqual({ Value: { Ref: 'T' } })
  })

  it('let Consul servers ask each other beside other services, and are not there without servers', () => {
    const among = (services: string) => {
      const bundle = sampleApp('platform', `services:\n${services}`)
      const found = rules(appTemplate(parsedApp(bundle), dev))
      return found.filter((rule) => /RPC and gossip|: gossip|leader|HTTP API/.test(rule)).length
    }
    expect(among('  consul: {kind: consulserver, strategy: quorum, port: 8501}\n  nat: {}\n')).toBe(7)
    expect(among('  nat: {}\n')).toBe(0)
  })

  it('lead to nothing that listens nowhere', () => {
    const bundle = sampleApp('a', 'services:\n  web: {needs: [job]}\n  job: {}\n')
    const { Resources } = appTemplate(parsedApp(bundle), dev)
    expect(Object.keys(Resources).filter((id) => /Job(Ingress|Tcp)|ToJob/.test(id))).toEqual([])
  })

  it('belong to a group that says whose it is', () => {
    const { WebSecurityGroup } = appTemplate(
      parsedApp(sampleApp('a', 'services:\n  web: {}\n')),
      dev,
    ).Resources
    expect(WebSecurityGroup?.Properties).toEqual({
      GroupDescription: 'Instances of a web',
      VpcId: { Ref: 'VpcId' },
      SecurityGroupEgress: [
        { IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nothing but the rules of the stack' },
      ],
      Tags: [{ Key: 'Name', Value: 'nanofleet-dev-a-web' }],
    })
  })
})
