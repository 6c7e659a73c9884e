import type { GroupRule, Listener, Network } from './network-model.ts'
import type { RequiredPath } from './required-paths.ts'

/** Resolvers answer on this port; Consul's own DNS port is behind the load balancer. */
const DNS = { listener: 53, server: 8600 } as const
const ANYWHERE = '0.0.0.0/0'

/**
 * The required paths that the compiled templates do not give, one sentence each: which path, and what is missing
 * of it (a rule at either end, a route, a gateway, an endpoint, a listener, a membership).
 * @param consulFunctionGroup security group of the Lambda `consul`
 */
export function missingPaths(
  network: Network,
  paths: readonly RequiredPath[],
  consulFunctionGroup: string,
): string[] {
  return paths.flatMap((path) => {
    const missing = check(network, path, consulFunctionGroup)
    return missing === undefined ? [] : [`${describe(path)}: ${missing}`]
  })
}

type Missing = string | undefined

function check(network: Network, path: RequiredPath, consulFunctionGroup: string): Missing {
  switch (path.kind) {
    case 'connect':
      return connect(
        network,
        groupOf(network, path.from),
        groupOf(network, path.to),
        path.protocol,
        path.port,
      )
    case 'probe':
      return connect(network, consulFunctionGroup, groupOf(network, path.to), path.protocol, path.port)
    case 'aws':
      return out(network, groupOf(network, path.from), ANYWHERE, 'tcp', 443) ?? toInternet(network, path.from)
    case 'function-aws':
      return out(network, consulFunctionGroup, ANYWHERE, 'tcp', 443) ?? toInternet(network, path.beside)
    case 'gateway-endpoint':
      return toEndpoint(network, path.from, path.service)
    case 'names':
      return resolves(network, path)
    case 'public':
      return serves(network, path)
  }
}

const groupOf = (network: Network, fleet: string): string => network.fleets.get(fleet)?.groups[0] ?? ''

function connect(network: Network, from: string, to: string, protocol: string, port: number): Missing {
  return out(network, from, to, protocol, port) ?? into(network, to, from, protocol, port)
}

function out(network: Network, group: string, peer: string, protocol: string, port: number): Missing {
  const rules = network.groups.get(group)?.egress
  if (!rules) return 'the origin has no security group'
  if (!rules.some((rule) => allows(network, rule, peer, protocol, port)))
    return `no rule lets ${protocol} ${port} out of ${group}`
  return undefined
}

function into(network: Network, group: string, peer: string, protocol: string, port: number): Missing {
  const rules = network.groups.get(group)?.ingress
  if (!rules) return 'the target has no security group'
  if (!rules.some((rule) => allows(network, rule, peer, protocol, port)))
    return `no rule lets ${protocol} ${port} into ${group}`
  return undefined
}

function allows(network: Network, rule: GroupRule, peer: string, protocol: string, port: number): boolean {
  const named = rule.peer === peer || covers(network, rule.peer, peer)
  return named && [protocol, '-1'].includes(rule.protocol) && rule.from <= port && port <= rule.to
}

/** All groups are of instances and functions inside the VPC, so a rule for its addresses covers them. */
const covers = ({ vpcCidr, groups }: Network, block: string, peer: string): boolean =>
  block === ANYWHERE || (block === vpcCidr && groups.has(peer))

function toInternet(network: Network, fleet: string): Missing {
  return eachSubnet(network, fleet, (table, subnet) => {
    const target = network.routes.find(
      (route) => route.table === table && route.destination === ANYWHERE,
    )?.target
    const nat = target === undefined ? undefined : network.natGateways.get(target)
    if (!nat) return `no NAT gateway is on the default route of ${subnet}`
    if (!network.addresses.has(nat.address)) return `${target} has no address`
    return isPublic(network, nat.subnet)
  })
}

function isPublic(network: Network, subnet: string): Missing {
  const tables = network.tables.get(subnet) ?? []
  const leads = network.routes.some(
    ({ table, destination, target }) =>
      tables.includes(table) && destination === ANYWHERE && network.internetGateways.has(target),
  )
  return leads ? undefined : `no internet gateway is on the default route of ${subnet}`
}

function toEndpoint(network: Network, fleet: string, service: string): Missing {
  return eachSubnet(network, fleet, (table, subnet) => {
    const served = network.endpoints.some(
      (endpoint) => endpoint.service === service && endpoint.tables.includes(table),
    )
    return served ? undefined : `no gateway endpoint of ${service} is on the route table of ${subnet}`
  })
}

function eachSubnet(
  network: Network,
  fleet: string,
  probe: (table: string, subnet: string) => Missing,
): Missing {
  const subnets = network.fleets.get(fleet)?.subnets ?? []
  if (subnets.length === 0) return 'its instances have no subnet'
  for (const subnet of subnets) {
    const [table] = network.tables.get(subnet) ?? []
    if (table === undefined) return `${subnet} has no route table`
    const missing = probe(table, subnet)
    if (missing !== undefined) return missing
  }
  return undefined
}

function resolves(network: Network, path: Extract<RequiredPath, { kind: 'names' }>): Missing {
  const { vpcCidr } = network
  const group = groupOf(network, path.from)
  const servers = groupOf(network, path.servers)
  for (const protocol of ['tcp', 'udp']) {
    const missing =
      out(network, group, vpcCidr, protocol, DNS.listener) ??
      into(network, servers, vpcCidr, protocol, DNS.server)
    if (missing !== undefined) return missing
  }
  for (const address of path.addresses) {
    const [token] = [...network.loadBalancers].find(([, { addresses }]) => addresses.includes(address)) ?? []
    if (token === undefined) return `no load balancer has the address ${address}`
    const listener = network.listeners.find(
      ({ loadBalancer, port }) => loadBalancer === token && port === DNS.listener,
    )
    if (listener?.protocol !== 'TCP_UDP') return `${token} has no TCP_UDP listener on port ${DNS.listener}`
    const missing = joined(network, listener.forwardsTo, path.servers, DNS.server)
    if (missing !== undefined) return missing
  }
  return undefined
}

function joined(network: Network, targets: string | undefined, fleet: string, port: number): Missing {
  const group = targets === undefined ? undefined : network.targetGroups.get(targets)
  if (targets === undefined || !group) return 'the listener leads to no target group'
  if (group.port !== port) return `${targets} has port ${group.port} instead of ${port}`
  if (!network.fleets.get(fleet)?.targetGroups.includes(targets))
    return `the instances of ${fleet} do not join ${targets}`
  return undefined
}

function serves(network: Network, path: PublicPath): Missing {
  const found = network.listeners.find((candidate) => leadsTo(candidate, path))
  if (!found) return `no load balancer listens on ${path.listener}${path.host ? ` for ${path.host}` : ''}`
  const balancer = network.loadBalancers.get(found.loadBalancer)
  const [group = ''] = balancer?.groups ?? []
  if (!balancer) return `${found.loadBalancer} does not exist`
  // Two zones are the least of an Application Load Balancer.
  if (balancer.subnets.length < 2) return `${found.loadBalancer} is in fewer than two subnets`
  const way = balancer.subnets
    .map((subnet) => isPublic(network, subnet))
    .find((missing) => missing !== undefined)
  const targets = path.host === undefined ? found.forwardsTo : hostRule(found, path)?.forwardsTo
  return (
    way ??
    into(network, group, ANYWHERE, 'tcp', path.listener) ??
    joined(network, targets, path.to, path.port) ??
    connect(network, group, groupOf(network, path.to), 'tcp', path.port)
  )
}

type PublicPath = Extract<RequiredPath, { kind: 'public' }>

const leadsTo = (listener: Listener, path: PublicPath): boolean =>
  listener.port === path.listener && (path.host === undefined || hostRule(listener, path) !== undefined)

/** The rule for exactly this host and path; a rule without paths is for all of them. */
function hostRule({ rules }: Listener, { host, path = '/' }: PublicPath) {
  const below = path.replace(/\/+$/, '')
  return rules.find(
    ({ hosts, paths }) =>
      hosts.includes(host ?? '') && (below === '' ? paths.length === 0 : paths.includes(`${below}/*`)),
  )
}

function describe(path: RequiredPath): string {
  switch (path.kind) {
    case 'connect':
      return `${path.from} -> ${path.to} ${path.protocol} ${path.port}`
    case 'probe':
      return `Lambda consul -> ${path.to} ${path.protocol} ${path.port}`
    case 'aws':
      return `${path.from} -> AWS APIs`
    case 'function-aws':
      return 'Lambda consul -> AWS APIs'
    case 'gateway-endpoint':
      return `${path.from} -> ${path.service}`
    case 'names':
      return `${path.from} -> names at ${path.addresses.join(', ')}`
    case 'public':
      return `internet -> ${path.to} through port ${path.listener}${path.host ? `, ${path.host}${path.path}` : ''}`
  }
}
