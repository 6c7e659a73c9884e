import { type Resource, ref, type Template } from '../base/cloudformation.ts'
import { controlStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { CONSUL_PORTS } from './network-edges.ts'

const LETTERS = ['A', 'B', 'C'] as const

/** Fewer than two, and the public load balancer is refused; more than three, and nothing gains from them. */
export const FEWEST_ZONES = 2
export const MOST_ZONES = LETTERS.length

/** The parts of the logical ids, one for each zone: `PrivateSubnetA` is in the first. */
export const zoneLetters = (zones: readonly unknown[]): string[] => LETTERS.slice(0, zones.length)

/** The zones when nobody named them, as templates name them. */
export const ANY_ZONES: ZoneName[] = LETTERS.map((_letter, index) => ({
  'Fn::Select': [index, { 'Fn::GetAZs': '' }],
}))
type ZoneName = string | { 'Fn::Select': [number, { 'Fn::GetAZs': '' }] }

interface Network extends Pick<Stage, 'name' | 'vpcCidr'> {
  zones: readonly ZoneName[]
}

/**
 * The network of a stage, a part of the stack `nanofleet-<stage>` (`resources/plugin/network.js` puts it
 * there). A VPC, its subnets, route tables and an internet gateway cost nothing in themselves; what is billed
 * by the hour (NAT, load balancers, endpoints) belongs to the platform's stack.
 */
export function controlNetwork({ name, vpcCidr, zones }: Network): Template {
  const eachZone = (make: (zone: string, index: number) => [string, Resource][]) =>
    Object.fromEntries(zoneLetters(zones).flatMap(make))
  const called = (part?: string) => ({
    Tags: [{ Key: 'Name', Value: part === undefined ? controlStack(name) : `${controlStack(name)}-${part}` }],
  })
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Network of the stage ${name}`,
    Resources: {
      Vpc: {
        Type: 'AWS::EC2::VPC',
        Properties: {
          CidrBlock: vpcCidr,
          EnableDnsSupport: true,
          EnableDnsHostnames: true,
          ...called(),
        },
      },
      InternetGateway: { Type: 'AWS::EC2::InternetGateway', Properties: called() },
      InternetGatewayAttachment: {
        Type: 'AWS::EC2::VPCGatewayAttachment',
        Properties: { VpcId: ref('Vpc'), InternetGatewayId: ref('InternetGateway') },
      },
      ...eachZone((zone, index) => [
        subnet('Private', zone, index, { vpcCidr, zones }, called),
        subnet('Public', zone, index, { vpcCidr, zones }, called),
      ]),
      PublicRoutes: routeTable(called('public')),
      PublicInternetRoute: {
        Type: 'AWS::EC2::Route',
        DependsOn: 'InternetGatewayAttachment',
        Properties: {
          RouteTableId: ref('PublicRoutes'),
          DestinationCidrBlock: '0.0.0.0/0',
          GatewayId: ref('InternetGateway'),
        },
      },
      ...eachZone((zone) => [[`PublicRoutesOf${zone}`, association(`PublicSubnet${zone}`, 'PublicRoutes')]]),
      // One private table per zone, so that each zone can have a NAT gateway of its own. No route leads out
      // of the VPC until the platform's stack adds it.
      ...eachZone((zone) => [
        [`PrivateRoutes${zone}`, routeTable(called(`private-${zone.toLowerCase()}`))],
        [`PrivateRoutesOf${zone}`, association(`PrivateSubnet${zone}`, `PrivateRoutes${zone}`)],
      ]),
      ConsulFunctionGroup: consulFunctionGroup(controlStack(name), vpcCidr, called('consul-function')),
      ProxyFunctionGroup: proxyFunctionGroup(controlStack(name), vpcCidr, called('proxy-function')),
    },
  }
}

/**
 * In blocks of a /20: private a, b, c, then public a, b, c. Those of a third zone stay free where there are
 * two, so that none moves when it comes.
 */
function subnet(
  kind: 'Private' | 'Public',
  zone: string,
  index: number,
  { vpcCidr, zones }: Pick<Network, 'vpcCidr' | 'zones'>,
  called: (part: string) => object,
): [string, Resource] {
  const block = kind === 'Private' ? index : MOST_ZONES + index
  return [
    `${kind}Subnet${zone}`,
    {
      Type: 'AWS::EC2::Subnet',
      Properties: {
        VpcId: ref('Vpc'),
        AvailabilityZone: zones[index],
        CidrBlock: { 'Fn::Select': [block, { 'Fn::Cidr': [vpcCidr, 2 * MOST_ZONES, 12] }] },
        MapPublicIpOnLaunch: false,
        ...called(`${kind}-${zone}`.toLowerCase()),
      },
    },
  ]
}

const routeTable = (called: object): Resource => ({
  Type: 'AWS::EC2::RouteTable',
  Properties: { VpcId: ref('Vpc'), ...called },
})

const association = (subnet: string, table: string): Resource => ({
  Type: 'AWS::EC2::SubnetRouteTableAssociation',
  Properties: { SubnetId: ref(subnet), RouteTableId: ref(table) },
})

/**
 * For the Lambda `consul`, the one door into the private network. It may reach Consul's API and Parameter
 * Store; the app stacks add a rule per check port, and nothing may reach it.
 */
const consulFunctionGroup = (stack: string, vpcCidr: string, called: object): Resource => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: {
    GroupDescription: `Lambda consul of ${stack}`,
    VpcId: ref('Vpc'),
    SecurityGroupEgress: [
      {
        IpProtocol: 'tcp',
        FromPort: CONSUL_PORTS.https,
        ToPort: CONSUL_PORTS.https,
        CidrIp: vpcCidr,
        Description: 'HTTPS API of the Consul servers',
      },
      // Its token is in Parameter Store, and security groups cannot name services.
      { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0', Description: 'Parameter Store' },
    ],
    ...called,
  },
})

/**
 * For the Lambda `proxy`, which takes people's requests to services. It may ask for names; the app stacks add
 * a rule per service, so it reaches neither Consul's API nor anything outside.
 */
const proxyFunctionGroup = (stack: string, vpcCidr: string, called: object): Resource => ({
  Type: 'AWS::EC2::SecurityGroup',
  Properties: {
    GroupDescription: `Lambda proxy of ${stack}`,
    VpcId: ref('Vpc'),
    SecurityGroupEgress: ['tcp', 'udp'].map((protocol) => ({
      IpProtocol: protocol,
      FromPort: 53,
      ToPort: 53,
      CidrIp: vpcCidr,
      Description: 'Names, at the network load balancer',
    })),
    ...called,
  },
})

/**
 * A stage whose ids are references into that template, for code that follows them there instead of asking
 * AWS.
 * @param token what a reference to a resource of the control plane's stack is
 */
export const withNetworkIds = (stage: Stage, token: (resource: string) => string): Stage => ({
  ...stage,
  vpcId: token('Vpc'),
  privateSubnets: zoneLetters(stage.zones).map((zone) => token(`PrivateSubnet${zone}`)),
  publicSubnets: zoneLetters(stage.zones).map((zone) => token(`PublicSubnet${zone}`)),
  privateRouteTables: zoneLetters(stage.zones).map((zone) => token(`PrivateRoutes${zone}`)),
  publicRouteTable: token('PublicRoutes'),
  consulFunctionGroup: token('ConsulFunctionGroup'),
  proxyFunctionGroup: token('ProxyFunctionGroup'),
})
