import { KAFKA_PORT } from '../template/network-edges.ts'
import { ANYWHERE, connect, groupOf, into, type Lack, out } from './group-rules.ts'
import { type Listener, type Network, stackOf } from './network-model.ts'
import { pathName, type RequiredPath } from './required-paths.ts'

/** Resolvers answer on this port; Consul's own DNS port is behind the load balancer. */
const DNS = { listener: 53, server: 8600 } as const

/** A required path that the compiled templates do not provide. */
export interface MissingPath extends Lack {
  path: string
}

/** What no app's manifest contains. */
export interface Places {
  /** Security group of the Lambda consul. */
  consulFunctionGroup: string
  /** Security group of the Lambda proxy. */
  proxyFunctionGroup: string
  /** The stack that provides NAT, endpoints and load balancers. */
  platform: string
}

/** The required paths that the compiled templates do not provide, in the order in which they are required. */
export function missingPaths(
  network: Network,
  paths: readonly RequiredPath[],
  places: Places,
): MissingPath[] {
  return paths.flatMap((path) => {
    const missing = check(network, path, places)
    return missing === undefined ? [] : [{ path: pathName(path), ...missing }]
  })
}

function check(network: Network, path: RequiredPath, places: Places): Lack | undefined {
  const { consulFunctionGroup, proxyFunctionGroup, platform } = places
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
    case 'proxy':
      return connect(network, proxyFunctionGroup, groupOf(network, path.to), 'tcp', path.port)
    case 'brokers':
      return toBrokers(network, path, consulFunctionGroup)
    case 'proxy-names':
      return resolves(network, proxyFunctionGroup, path, platform)
    case 'aws':
      return toAws(network, groupOf(network, path.from), path.from, platform)
    case 'function-aws':
      return toAws(network, consulFunctionGroup, path.beside, platform)
    case 'gateway-endpoint':
      return toEndpoint(network, path.from, path.service, platform)
    case 'names':
      return resolves(network, groupOf(network, path.from), path, platform)
    case 'sent-on':
      return sendsOn(network, path, platform)
    case 'public':
      return serves(network, path, platform)
  }
}

function toBrokers(
  network: Network,
  { from, cluster }: Extract<RequiredPath, { kind: 'brokers' }>,
  functionGroup: string,
): Lack | undefined {
  const [group] = network.clusters.get(cluster) ?? []
  if (group === undefined) return { lacks: `${cluster} has no security group`, stack: stackOf(cluster) }
  const asking = from === undefined ? functionGroup : groupOf(network, from)
  return connect(network, asking, group, 'tcp', KAFKA_PORT)
}

const toAws = (network: Network, group: string, fleet: string, platform: string): Lack | undefined =>
  out(network, group, ANYWHERE, 'tcp', 443) ?? toInternet(network, fleet, platform)

function toInternet(network: Network, fleet: string, platform: string): Lack | undefined {
  return eachSubnet(network, fleet, (table, subnet) => {
    const target = network.routes.find(
      (route) => route.table === table && route.destination === ANYWHERE,
    )?.target
    const nat = network.natGateways.get(String(target))
    if (!nat) return { lacks: `no NAT gateway is on the default route of ${subnet}`, stack: platform }
    if (!network.addresses.has(nat.address)) return { lacks: `${target} has no address`, stack: platform }
    return isPublic(network, nat.subnet)
  })
}

function isPublic(network: Network, subnet: string): Lack | undefined {
  const tables = network.tables.get(subnet) ?? []
  const leads = network.routes.some(
    ({ table, destination, target }) =>
      tables.includes(table) && destination === ANYWHERE && network.internetGateways.has(target),
  )
  if (leads) return undefined
  return { lacks: `no internet gateway is on the default route of ${subnet}`, stack: stackOf(subnet) }
}

function toEndpoint(network: Network, fleet: string, service: string, platform: string): Lack | undefined {
  return eachSubnet(network, fleet, (table, subnet) => {
    const served = network.endpoints.some(
      (endpoint) => endpoint.service === service && endpoint.tables.includes(table),
    )
    if (served) return undefined
    const lacks = `no gateway endpoint of ${service} is on the route table of ${subnet}`
    return { lacks, stack: platform }
  })
}

function eachSubnet(
  network: Network,
  fleet: string,
  probe: (table: string, subnet: string) => Lack | undefined,
): Lack | undefined {
  const subnets = network.fleets.get(fleet)?.subnets ?? []
  if (subnets.length === 0) return { lacks: 'its instances have no subnet', stack: fleet }
  for (const subnet of subnets) {
    const [table] = network.tables.get(subnet) ?? []
    if (table === undefined) return { lacks: `${subnet} has no route table`, stack: stackOf(subnet) }
    const missing = probe(table, subnet)
    if (missing !== undefined) return missing
  }
  return undefined
}

function resolves(
  network: Network,
  group: string,
  path: Extract<RequiredPath, { kind: 'names' | 'proxy-names' }>,
  platform: string,
): Lack | undefined {
  const { vpcCidr } = network
  const servers = groupOf(network, path.servers)
  for (const protocol of ['tcp', 'udp']) {
    const missing =
      out(network, group, vpcCidr, protocol, DNS.listener) ??
      into(network, servers, vpcCidr, protocol, DNS.server)
    if (missing !== undefined) return missing
  }
  for (const address of path.addresses) {
    const [token] = [...network.loadBalancers].find(([, { addresses }]) => addresses.includes(address)) ?? []
    if (token === undefined) return { lacks: `no load balancer has the address ${address}`, stack: platform }
    const listener = network.listeners.find(
      ({ loadBalancer, port }) => loadBalancer === token && port === DNS.listener,
    )
    if (listener?.protocol !== 'TCP_UDP')
      return { lacks: `${token} has no TCP_UDP listener on port ${DNS.listener}`, stack: platform }
    const missing = joined(network, listener, listener.forwardsTo, path.servers, DNS.server)
    if (missing !== undefined) return missing
  }
  return undefined
}

function joined(
  network: Network,
  { loadBalancer }: Listener,
  forwardsTo: string | undefined,
  fleet: string,
  port: number,
): Lack | undefined {
  const targets = String(forwardsTo)
  const group = network.targetGroups.get(targets)
  if (!group) return { lacks: 'the listener leads to no target group', stack: stackOf(loadBalancer) }
  if (group.port !== port)
    return { lacks: `${targets} has port ${group.port} instead of ${port}`, stack: stackOf(targets) }
  if (!network.fleets.get(fleet)?.targetGroups.includes(targets))
    return { lacks: `the instances of ${fleet} do not join ${targets}`, stack: fleet }
  return undefined
}

function serves(network: Network, path: PublicPath, platform: string): Lack | undefined {
  // An app may have load balancers of its own with a listener on the same port.
  const shared = network.listeners.filter(({ loadBalancer }) => stackOf(loadBalancer) === platform)
  const found = shared.find((listener) => leadsTo(listener, path))
  if (!found) {
    const lacks = `no load balancer listens on ${path.listener}${path.host ? ` for ${path.host}` : ''}`
    const unheard = path.host !== undefined && !shared.some(({ port }) => port === path.listener)
    return { lacks, stack: unheard ? platform : path.to }
  }
  const balancer = network.loadBalancers.get(found.loadBalancer)
  const [group = ''] = balancer?.groups ?? []
  const stack = stackOf(found.loadBalancer)
  if (!balancer) return { lacks: `${found.loadBalancer} does not exist`, stack }
  // An Application Load Balancer needs at least two zones.
  if (balancer.subnets.length < 2)
    return { lacks: `${found.loadBalancer} is in fewer than two subnets`, stack }
  const way = balancer.subnets
    .map((subnet) => isPublic(network, subnet))
    .find((missing) => missing !== undefined)
  const targets = path.host === undefined ? found.forwardsTo : hostRule(found, path)?.forwardsTo
  return (
    way ??
    into(network, group, ANYWHERE, 'tcp', path.listener) ??
    joined(network, found, targets, path.to, path.port) ??
    connect(network, group, groupOf(network, path.to), 'tcp', path.port)
  )
}

function sendsOn(network: Network, { listener, to }: SentOn, platform: string): Lack | undefined {
  const found = network.listeners.find(
    ({ loadBalancer, port }) => stackOf(loadBalancer) === platform && port === listener,
  )
  if (found?.sendsTo !== String(to))
    return { lacks: `no load balancer sends port ${listener} on to HTTPS on ${to}`, stack: platform }
  const [group = ''] = network.loadBalancers.get(found.loadBalancer)?.groups ?? []
  return into(network, group, ANYWHERE, 'tcp', listener)
}

type SentOn = Extract<RequiredPath, { kind: 'sent-on' }>
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
