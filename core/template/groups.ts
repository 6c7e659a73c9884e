import { getAtt, type Resource, ref } from '../base/cloudformation.ts'
import type { Manifest } from '../base/manifest-types.ts'
import { logicalStem } from '../base/name-rules.ts'
import { PLATFORM, serviceStack } from '../base/names.ts'
import type { Stage } from '../base/stage.ts'
import { CONSUL_PORTS, type Edge, type Party, partyName } from './network-edges.ts'

/** Logical id of a service's security group in the app's stack. */
export const groupId = (service: string): string => `${logicalStem(service)}SecurityGroup`
/** Output of the app's stack, and parameter of the service's stack, that carries the group. */
export const groupOutput = (service: string): string => `${logicalStem(service)}Group`

/**
 * A security group per service. Each names one meaningless egress rule, since a group with none gets
 * the default rule that lets everything out ("AWS::EC2::SecurityGroup", remove the default rule).
 */
export function securityGroups(manifest: Manifest, stage: Stage): Record<string, Resource> {
  return Object.fromEntries(
    Object.keys(manifest.services).map((service) => [
      groupId(service),
      {
        Type: 'AWS::EC2::SecurityGroup',
        Properties: {
          GroupDescription: `Instances of ${manifest.app} ${service}`,
          VpcId: ref('VpcId'),
          SecurityGroupEgress: [
            { IpProtocol: '-1', CidrIp: '127.0.0.1/32', Description: 'Nothing but the rules of the stack' },
          ],
          Tags: [{ Key: 'Name', Value: serviceStack(stage.name, manifest.app, service) }],
        },
      },
    ]),
  )
}

/** The edges' rules, one resource each, so that deleting a stack also deletes what it opened elsewhere. */
export function groupRules(
  app: string,
  edges: readonly Edge[],
  kafkaGroup?: unknown,
): Record<string, Resource> {
  const place = { app, kafkaGroup }
  return Object.fromEntries(edges.flatMap((edge) => [...egress(place, edge), ...ingress(place, edge)]))
}

/** Whose template it is, and the group of its Kafka cluster. */
interface Place {
  app: string
  kafkaGroup: unknown
}

function egress(app: Place, edge: Edge): [string, Resource][] {
  const group = groupOf(app, edge.from)
  if (!group || belongsToNetwork(edge)) return []
  const to = groupOf(app, edge.to)
  const properties = {
    GroupId: group,
    ...range(edge),
    ...(to ? { DestinationSecurityGroupId: to } : { CidrIp: cidr(edge.to) }),
  }
  return [
    [
      ruleId(edge.from, 'EgressTo', edge.to, edge),
      { Type: 'AWS::EC2::SecurityGroupEgress', Properties: properties },
    ],
  ]
}

function ingress(app: Place, edge: Edge): [string, Resource][] {
  const group = groupOf(app, edge.to)
  if (!group) return []
  const from = groupOf(app, edge.from)
  const properties = {
    GroupId: group,
    ...range(edge),
    ...(from ? { SourceSecurityGroupId: from } : { CidrIp: cidr(edge.from) }),
  }
  return [
    [
      ruleId(edge.to, 'IngressFrom', edge.from, edge),
      { Type: 'AWS::EC2::SecurityGroupIngress', Properties: properties },
    ],
  ]
}

/** The control plane's network lets its Lambda out to Consul's HTTPS port, whatever apps exist. */
function belongsToNetwork({ from, to, port }: Edge): boolean {
  return from.kind === 'consul-function' && to.kind === 'consul' && port === CONSUL_PORTS.https
}

const range = ({ protocol, port, lastPort, why }: Edge) => ({
  IpProtocol: protocol,
  FromPort: port,
  ToPort: lastPort ?? port,
  Description: why,
})

function ruleId(at: Party, direction: string, other: Party, { protocol, port }: Edge): string {
  const stem = (party: Party) => logicalStem(partyName(party))
  return `${stem(at)}${direction}${stem(other)}${logicalStem(protocol)}${port}`
}

function groupOf({ app, kafkaGroup }: Place, party: Party): unknown {
  const own = app === PLATFORM
  switch (party.kind) {
    case 'service':
      return getAtt(groupId(party.name), 'GroupId')
    case 'consul':
      return own ? getAtt(groupId('consul'), 'GroupId') : ref('ConsulGroup')
    case 'load-balancer':
      return own ? getAtt('LoadBalancerSecurityGroup', 'GroupId') : ref('LoadBalancerGroup')
    case 'consul-function':
      return ref('ConsulFunctionGroup')
    case 'kafka':
      return kafkaGroup
    case 'proxy-function':
      return ref('ProxyFunctionGroup')
    default:
      return undefined
  }
}

const cidr = (party: Party): unknown => (party.kind === 'vpc' ? ref('VpcCidr') : '0.0.0.0/0')
