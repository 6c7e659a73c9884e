import { describe, expect, it } from '@jest/globals'
import { ANY_ZONES, controlNetwork } from '../../../core/template/control-network.ts'

describe("the network of the control plane's stack", () => {
  const { Resources } = controlNetwork({ name: 'dev', vpcCidr: '10.77.0.0/16', zones: ANY_ZONES })
  const tagsOf = (id: string) => Resources[id]?.Properties?.Tags

  it('has a name on each part', () => {
    expect(tagsOf('Vpc')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev' }])
    expect(tagsOf('InternetGateway')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev' }])
    expect(tagsOf('PublicRoutes')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev-public' }])
    expect(tagsOf('PrivateRoutesB')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev-private-b' }])
    expect(tagsOf('PrivateSubnetC')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev-private-c' }])
    expect(tagsOf('ConsulFunctionGroup')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev-consul-function' }])
  })

  it("lets the proxy out to names alone, until an app's stack adds its services", () => {
    expect(tagsOf('ProxyFunctionGroup')).toEqual([{ Key: 'Name', Value: 'nanofleet-dev-proxy-function' }])
    const rules = Resources.ProxyFunctionGroup?.Properties?.SecurityGroupEgress as Record<string, unknown>[]
    expect(rules.map(({ Description: _why, ...rule }) => rule)).toEqual([
      { IpProtocol: 'tcp', FromPort: 53, ToPort: 53, CidrIp: '10.77.0.0/16' },
      { IpProtocol: 'udp', FromPort: 53, ToPort: 53, CidrIp: '10.77.0.0/16' },
    ])
  })

  it('resolves names, and gives each of its six subnets a block and no public addresses', () => {
    expect(Resources.Vpc?.Properties).toMatchObject({
      CidrBlock: '10.77.0.0/16',
      EnableDnsSupport: true,
      EnableDnsHostnames: true,
    })
    const subnets = ['Private', 'Public'].flatMap((kind) =>
      ['A', 'B', 'C'].map((zone) => `${kind}Subnet${zone}`),
    )
    expect(subnets.map((id) => Resources[id]?.Properties)).toMatchObject(
      [0, 1, 2, 3, 4, 5].map((block) => ({
        AvailabilityZone: { 'Fn::Select': [block % 3, { 'Fn::GetAZs': '' }] },
        CidrBlock: { 'Fn::Select': [block, { 'Fn::Cidr': ['10.77.0.0/16', 6, 12] }] },
        MapPublicIpOnLaunch: false,
      })),
    )
  })

  it('moves no block when a third zone comes, and puts each subnet where it is told', () => {
    const two = controlNetwork({ name: 'dev', vpcCidr: '10.77.0.0/16', zones: ['x-1a', 'x-1c'] }).Resources
    expect(Object.keys(two).filter((id) => /C$/.test(id))).toEqual([])
    expect(two.PrivateSubnetB?.Properties?.AvailabilityZone).toBe('x-1c')
    for (const id of ['PrivateSubnetA', 'PrivateSubnetB', 'PublicSubnetA', 'PublicSubnetB'])
      expect(two[id]?.Properties?.CidrBlock).toEqual(Resources[id]?.Properties?.CidrBlock)
  })

  it("lets its function out to Consul's API and to Parameter Store alone", () => {
    const rules = Resources.ConsulFunctionGroup?.Properties?.SecurityGroupEgress as Record<string, unknown>[]
    expect(rules.map(({ Description: _why, ...rule }) => rule)).toEqual([
      { IpProtocol: 'tcp', FromPort: 8501, ToPort: 8501, CidrIp: '10.77.0.0/16' },
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' },
    ])
  })
})
