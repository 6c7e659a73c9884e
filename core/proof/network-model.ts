import type { ResolvedStack } from './intrinsics.ts'

/** One security group rule; `peer` is a group's token or an address block. */
export interface GroupRule {
  protocol: string
  from: number
  to: number
  peer: string
}

export interface Group {
  ingress: GroupRule[]
  egress: GroupRule[]
}

export interface Listener {
  loadBalancer: string
  port: number
  protocol: string
  /** Target group of the default action. */
  forwardsTo: string | undefined
  /** Port to which the default action sends clients on, over HTTPS. */
  sendsTo: string | undefined
  rules: { hosts: string[]; paths: string[]; forwardsTo: string | undefined }[]
}

export interface LoadBalancer {
  subnets: string[]
  addresses: string[]
  groups: string[]
}

export interface Fleet {
  groups: string[]
  subnets: string[]
  targetGroups: string[]
}

/** Everything packets pass through, from all stacks together. The keys are tokens, `<stack>/<logical id>`. */
export interface Network {
  vpcCidr: string
  groups: Map<string, Group>
  /** Subnet -> its route tables; exactly one, unless an association is missing. */
  tables: Map<string, string[]>
  routes: { table: string; destination: string; target: string }[]
  endpoints: { service: string; tables: string[] }[]
  internetGateways: Set<string>
  natGateways: Map<string, { subnet: string; address: string }>
  addresses: Set<string>
  loadBalancers: Map<string, LoadBalancer>
  listeners: Listener[]
  targetGroups: Map<string, { port: number; protocol: string }>
  /** Security groups of the brokers of each Kafka cluster. */
  clusters: Map<string, string[]>
  /** Auto Scaling groups by the stack that holds them. */
  fleets: Map<string, Fleet>
}

type Properties = Record<string, unknown>
type Found = [token: string, properties: Properties]

/** Builds the network from evaluated stacks. */
export function networkModel(stacks: Iterable<ResolvedStack>): Network {
  const all = new Map([...stacks].flatMap(({ resources }) => [...resources]))
  const ofType = (type: string): Found[] =>
    [...all]
      .filter(([, resource]) => resource.type === type)
      .map(([token, { properties }]) => [token, properties])
  const routingRules = ofType('AWS::ElasticLoadBalancingV2::ListenerRule')
  const templates = new Map(ofType('AWS::EC2::LaunchTemplate'))
  return {
    vpcCidr: text(ofType('AWS::EC2::VPC')[0]?.[1].CidrBlock),
    groups: groupsOf(ofType),
    tables: grouped(ofType('AWS::EC2::SubnetRouteTableAssociation'), 'SubnetId', 'RouteTableId', all),
    routes: ofType('AWS::EC2::Route').map(([, route]) => ({
      table: text(route.RouteTableId),
      destination: text(route.DestinationCidrBlock),
      target: text(route.NatGatewayId ?? route.GatewayId),
    })),
    endpoints: ofType('AWS::EC2::VPCEndpoint').map(([, endpoint]) => ({
      service: text(endpoint.ServiceName).replace(/.*\./, ''),
      tables: texts(endpoint.RouteTableIds),
    })),
    internetGateways: new Set(
      ofType('AWS::EC2::VPCGatewayAttachment')
        .map(([, attachment]) => text(attachment.InternetGatewayId))
        .filter((gateway) => all.has(gateway)),
    ),
    natGateways: new Map(
      ofType('AWS::EC2::NatGateway').map(([token, nat]) => [
        token,
        { subnet: text(nat.SubnetId), address: text(nat.AllocationId) },
      ]),
    ),
    addresses: new Set(ofType('AWS::EC2::EIP').map(([token]) => token)),
    loadBalancers: new Map(ofType('AWS::ElasticLoadBalancingV2::LoadBalancer').map(loadBalancer)),
    listeners: ofType('AWS::ElasticLoadBalancingV2::Listener').map((found) => listener(found, routingRules)),
    targetGroups: new Map(
      ofType('AWS::ElasticLoadBalancingV2::TargetGroup').map(([token, target]) => [
        token,
        { port: Number(target.Port), protocol: text(target.Protocol) },
      ]),
    ),
    clusters: new Map(
      ofType('AWS::MSK::Cluster').map(([token, { BrokerNodeGroupInfo: nodes }]) => [
        token,
        texts(Object(nodes).SecurityGroups),
      ]),
    ),
    fleets: new Map(
      ofType('AWS::AutoScaling::AutoScalingGroup').map((found) => [
        stackOf(found[0]),
        fleet(found, templates),
      ]),
    ),
  }
}

function groupsOf(ofType: (type: string) => Found[]): Map<string, Group> {
  const groups = new Map(
    ofType('AWS::EC2::SecurityGroup').map(([token, group]): [string, Group] => [
      token,
      {
        ingress: objects(group.SecurityGroupIngress).map(rule),
        egress: objects(group.SecurityGroupEgress).map(rule),
      },
    ]),
  )
  for (const [, found] of ofType('AWS::EC2::SecurityGroupIngress')) {
    groups.get(text(found.GroupId))?.ingress.push(rule(found))
  }
  for (const [, found] of ofType('AWS::EC2::SecurityGroupEgress')) {
    groups.get(text(found.GroupId))?.egress.push(rule(found))
  }
  return groups
}

const rule = (found: Properties): GroupRule => ({
  protocol: text(found.IpProtocol),
  from: Number(found.FromPort ?? 0),
  to: Number(found.ToPort ?? 65535),
  peer: text(found.SourceSecurityGroupId ?? found.DestinationSecurityGroupId ?? found.CidrIp),
})

function grouped(
  found: Found[],
  key: string,
  value: string,
  all: Map<string, unknown>,
): Map<string, string[]> {
  const pairs = found.map(([, properties]) => [text(properties[key]), text(properties[value])] as const)
  const existing = pairs.filter(([, table]) => all.has(table))
  return new Map(
    existing.map(([subnet]) => [
      subnet,
      existing.filter(([other]) => other === subnet).map(([, table]) => table),
    ]),
  )
}

function loadBalancer([token, found]: Found): [string, LoadBalancer] {
  const mappings = objects(found.SubnetMappings)
  return [
    token,
    {
      subnets: [...texts(found.Subnets), ...mappings.map((mapping) => text(mapping.SubnetId))],
      addresses: mappings.map((mapping) => text(mapping.PrivateIPv4Address)),
      groups: texts(found.SecurityGroups),
    },
  ]
}

function listener([token, found]: Found, rules: Found[]): Listener {
  return {
    loadBalancer: text(found.LoadBalancerArn),
    port: Number(found.Port),
    protocol: text(found.Protocol),
    forwardsTo: target(found.DefaultActions),
    sendsTo: securePort(found.DefaultActions),
    rules: rules
      .filter(([, candidate]) => candidate.ListenerArn === token)
      .map(([, candidate]) => ({
        hosts: conditions(candidate, 'HostHeaderConfig'),
        paths: conditions(candidate, 'PathPatternConfig'),
        forwardsTo: target(candidate.Actions),
      })),
  }
}

const conditions = (rule: Properties, kind: string): string[] =>
  objects(rule.Conditions).flatMap((condition) => texts(Object(condition[kind]).Values))

function target(actions: unknown): string | undefined {
  const forward = objects(actions).find(({ Type }) => Type === 'forward')
  return forward && text(forward.TargetGroupArn)
}

function securePort(actions: unknown): string | undefined {
  const { RedirectConfig } = objects(actions).find(({ Type }) => Type === 'redirect') ?? {}
  const { Protocol, Port } = Object(RedirectConfig)
  return Protocol === 'HTTPS' ? text(Port) : undefined
}

function fleet([, found]: Found, templates: Map<string, Properties>): Fleet {
  const template = templates.get(text(Object(found.LaunchTemplate).LaunchTemplateId))
  return {
    groups: texts(Object(template?.LaunchTemplateData).SecurityGroupIds),
    subnets: texts(found.VPCZoneIdentifier),
    targetGroups: texts(found.TargetGroupARNs),
  }
}

export const stackOf = (token: string): string => token.slice(0, token.indexOf('/'))

const text = (value: unknown): string => (value === undefined ? '' : String(value))
const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])
const objects = (value: unknown): Properties[] =>
  Array.isArray(value)
    ? value.filter((item): item is Properties => typeof item === 'object' && item !== null)
    : []
