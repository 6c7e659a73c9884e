import { describe, expect, it } from '@jest/globals'
import { type Listener, type Network, networkModel } from '../../../core/proof/network-model.ts'
import { missingPaths } from '../../../core/proof/reachability.ts'
import type { RequiredPath } from '../../../core/proof/required-paths.ts'

const open = { protocol: '-1', from: 0, to: 65_535, peer: '0.0.0.0/0' }
const listener = (loadBalancer: string, port: number, other: Partial<Listener>): Listener => ({
  loadBalancer,
  port,
  protocol: 'HTTP',
  forwardsTo: undefined,
  sendsTo: undefined,
  rules: [],
  ...other,
})

/** An app `a` behind a load balancer of the platform `p`, and Consul servers `c`, in a network `n`. */
const whole = (): Network => ({
  vpcCidr: '10.0.0.0/16',
  groups: new Map(
    ['f/Function', 'f/Proxy', 'a/Group', 'a/Brokers', 'c/Group', 'p/Public'].map((id) => [
      id,
      { ingress: [open], egress: [open] },
    ]),
  ),
  tables: new Map([
    ['n/A', ['n/TableA']],
    ['n/B', ['n/TableB']],
    ['n/X', ['n/Open']],
    ['n/Y', ['n/Open']],
  ]),
  routes: [
    { table: 'n/TableA', destination: '0.0.0.0/0', target: 'p/Nat' },
    { table: 'n/TableB', destination: '0.0.0.0/0', target: 'p/Nat' },
    { table: 'n/Open', destination: '0.0.0.0/0', target: 'n/Gateway' },
  ],
  endpoints: [{ service: 's3', tables: ['n/TableA', 'n/TableB'] }],
  internetGateways: new Set(['n/Gateway']),
  natGateways: new Map([['p/Nat', { subnet: 'n/X', address: 'p/Address' }]]),
  addresses: new Set(['p/Address']),
  loadBalancers: new Map([
    ['p/Public', { subnets: ['n/X', 'n/Y'], addresses: [], groups: ['p/Public'] }],
    ['p/Names', { subnets: ['n/A'], addresses: ['10.0.0.10'], groups: [] }],
  ]),
  listeners: [
    listener('a/Other', 53, { protocol: 'TCP' }),
    listener('p/Names', 53, { protocol: 'TCP_UDP', forwardsTo: 'c/Targets' }),
    listener('p/Public', 8101, { forwardsTo: 'a/Targets' }),
    listener('p/Public', 80, {
      sendsTo: '443',
      rules: [{ hosts: ['a.example'], paths: [], forwardsTo: 'a/Targets' }],
    }),
  ],
  targetGroups: new Map([
    ['a/Targets', { port: 8080, protocol: 'HTTP' }],
    ['c/Targets', { port: 8600, protocol: 'TCP_UDP' }],
  ]),
  clusters: new Map([['a/Events', ['a/Brokers']]]),
  fleets: new Map(
    ['a', 'c'].map((stack) => [
      stack,
      { groups: [`${stack}/Group`], subnets: ['n/A', 'n/B'], targetGroups: [`${stack}/Targets`] },
    ]),
  ),
})

const PATHS = {
  connect: { kind: 'connect', from: 'a', to: 'c', protocol: 'tcp', port: 1 },
  lambda: { kind: 'function-aws', beside: 'a' },
  aws: { kind: 'aws', from: 'a' },
  s3: { kind: 'gateway-endpoint', from: 'a', service: 's3' },
  names: { kind: 'names', from: 'a', servers: 'c', addresses: ['10.0.0.10'] },
  proxy: { kind: 'proxy', to: 'a', port: 8080 },
  asked: { kind: 'proxy-names', servers: 'c', addresses: ['10.0.0.10'] },
  topics: { kind: 'brokers', from: 'a', cluster: 'a/Events' },
  rights: { kind: 'brokers', cluster: 'a/Events' },
  sent: { kind: 'sent-on', listener: 80, to: 443 },
  port: { kind: 'public', to: 'a', port: 8080, listener: 8101 },
  host: { kind: 'public', to: 'a', port: 8080, listener: 80, host: 'a.example', path: '/' },
} as const satisfies Record<string, RequiredPath>

describe('a network', () => {
  const lacks = (network: Network, path: RequiredPath) =>
    missingPaths(network, [path], {
      consulFunctionGroup: 'f/Function',
      proxyFunctionGroup: 'f/Proxy',
      platform: 'p',
    })
      .map((missing) => `${missing.stack}: ${missing.lacks}`)
      .join()

  it.each(Object.entries(PATHS))('gives the path %s when it is whole', (_name, path) => {
    expect(lacks(whole(), path)).toBe('')
  })

  it.each<[RequiredPath, (network: Network) => unknown, string]>([
    [PATHS.lambda, ({ routes }) => routes.shift(), 'p: no NAT gateway is on the default route of n/A'],
    [PATHS.lambda, ({ groups }) => groups.delete('f/Function'), 'f: the origin has no security group'],
    [PATHS.proxy, ({ groups }) => groups.delete('f/Proxy'), 'f: the origin has no security group'],
    [PATHS.proxy, ({ groups }) => groups.delete('a/Group'), 'a: the target has no security group'],
    [PATHS.topics, ({ groups }) => groups.delete('a/Brokers'), 'a: the target has no security group'],
    [PATHS.topics, ({ clusters }) => clusters.clear(), 'a: a/Events has no security group'],
    [PATHS.rights, ({ groups }) => groups.delete('f/Function'), 'f: the origin has no security group'],
    [PATHS.asked, ({ groups }) => groups.delete('f/Proxy'), 'f: the origin has no security group'],
    [
      PATHS.asked,
      ({ loadBalancers }) => loadBalancers.delete('p/Names'),
      'p: no load balancer has the address 10.0.0.10',
    ],
    [PATHS.aws, ({ addresses }) => addresses.clear(), 'p: p/Nat has no address'],
    [{ ...PATHS.connect, from: 'x' }, () => {}, 'x: the origin has no security group'],
    [{ ...PATHS.connect, to: 'y' }, () => {}, 'y: the target has no security group'],
    [{ ...PATHS.s3, from: 'x' }, () => {}, 'x: its instances have no subnet'],
    [
      PATHS.s3,
      ({ endpoints }) => endpoints[0]?.tables.pop(),
      'p: no gateway endpoint of s3 is on the route table of n/B',
    ],
    [PATHS.s3, ({ tables }) => tables.delete('n/B'), 'n: n/B has no route table'],
    [
      PATHS.names,
      ({ loadBalancers }) => loadBalancers.delete('p/Names'),
      'p: no load balancer has the address 10.0.0.10',
    ],
    [
      PATHS.port,
      ({ targetGroups }) => targetGroups.delete('a/Targets'),
      'p: the listener leads to no target group',
    ],
    [
      PATHS.port,
      ({ targetGroups }) => targetGroups.set('a/Targets', { port: 8081, protocol: 'HTTP' }),
      'a: a/Targets has port 8081 instead of 8080',
    ],
    [
      PATHS.port,
      ({ loadBalancers }) => loadBalancers.get('p/Public')?.subnets.pop(),
      'p: p/Public is in fewer than two subnets',
    ],
    [{ ...PATHS.port, listener: 8102 }, () => {}, 'a: no load balancer listens on 8102'],
    [{ ...PATHS.host, host: 'b.example' }, () => {}, 'a: no load balancer listens on 80 for b.example'],
    [{ ...PATHS.host, listener: 443 }, () => {}, 'p: no load balancer listens on 443 for a.example'],
    [{ ...PATHS.sent, to: 444 }, () => {}, 'p: no load balancer sends port 80 on to HTTPS on 444'],
  ])('that does not give %j says so', (path, spoil, sentence) => {
    const network = whole()
    spoil(network)
    expect(lacks(network, path)).toBe(sentence)
  })
})

describe('the network that stacks make', () => {
  const model = (resources: Record<string, [type: string, properties: Record<string, unknown>]>) =>
    networkModel([
      {
        resources: new Map(
          Object.entries(resources).map(([id, [type, properties]]) => [
            `n/${id}`,
            { type: `AWS::${type}`, properties },
          ]),
        ),
        outputs: {},
      },
    ])

  it('is empty without stacks', () => {
    expect(networkModel([])).toMatchObject({ vpcCidr: '', routes: [], listeners: [] })
  })

  it('has all ports where a rule names none', () => {
    const rule = { IpProtocol: '-1', CidrIp: '0.0.0.0/0' }
    const { groups } = model({ G: ['EC2::SecurityGroup', { SecurityGroupIngress: [rule, 'text', null] }] })
    expect(groups.get('n/G')?.ingress).toEqual([open])
  })

  it('has only gateways and tables that exist', () => {
    const { internetGateways, tables } = model({
      Gateway: ['EC2::InternetGateway', {}],
      One: ['EC2::VPCGatewayAttachment', { InternetGatewayId: 'n/Gateway' }],
      Other: ['EC2::VPCGatewayAttachment', { InternetGatewayId: 'n/Gone' }],
      Table: ['EC2::RouteTable', {}],
      A: ['EC2::SubnetRouteTableAssociation', { SubnetId: 'n/S', RouteTableId: 'n/Table' }],
      B: ['EC2::SubnetRouteTableAssociation', { SubnetId: 'n/S', RouteTableId: 'n/Gone' }],
    })
    expect([...internetGateways]).toEqual(['n/Gateway'])
    expect([...tables]).toEqual([['n/S', ['n/Table']]])
  })

  it('has listeners with rules of their own, which send on to HTTPS or not', () => {
    const redirect = (Protocol: string) => [{ Type: 'redirect', RedirectConfig: { Protocol, Port: '443' } }]
    const forward = [null, 'text', { Type: 'forward', TargetGroupArn: 'n/T' }]
    const { listeners } = model({
      A: ['ElasticLoadBalancingV2::Listener', { Port: 80, DefaultActions: redirect('HTTPS') }],
      B: ['ElasticLoadBalancingV2::Listener', { Port: 81, DefaultActions: redirect('HTTP') }],
      R: ['ElasticLoadBalancingV2::ListenerRule', { ListenerArn: 'n/B', Actions: forward }],
    })
    expect(listeners).toMatchObject([
      { sendsTo: '443', rules: [] },
      { sendsTo: undefined, rules: [{ forwardsTo: 'n/T' }] },
    ])
    expect(listeners[0]?.rules).toHaveLength(0)
  })
})
