import { type GroupRule, type Network, stackOf } from './network-model.ts'

export const ANYWHERE = '0.0.0.0/0'

/** What a path lacks. */
export interface Lack {
  /** A rule at either end, a route, a gateway, an endpoint, a listener, a membership. */
  lacks: string
  /** The stack that should have it. */
  stack: string
}

/** The security group of a fleet, or a token that is not a group if it has none. */
export const groupOf = (network: Network, fleet: string): string =>
  network.fleets.get(fleet)?.groups[0] ?? `${fleet}/SecurityGroup`

/** What keeps one group from reaching another on a port; undefined if nothing does. */
export function connect(
  network: Network,
  from: string,
  to: string,
  protocol: string,
  port: number,
): Lack | undefined {
  return out(network, from, to, protocol, port) ?? into(network, to, from, protocol, port)
}

const SIDES = {
  egress: { end: 'origin', way: 'out of' },
  ingress: { end: 'target', way: 'into' },
} as const

/** What is missing at one end: the rule of a group for a peer. */
const lacking =
  (side: keyof typeof SIDES) =>
  (network: Network, group: string, peer: string, protocol: string, port: number): Lack | undefined => {
    const { end, way } = SIDES[side]
    const rules = network.groups.get(group)?.[side]
    const stack = stackOf(group)
    if (!rules) return { lacks: `the ${end} has no security group`, stack }
    if (rules.some((rule) => allows(network, rule, peer, protocol, port))) return undefined
    return { lacks: `no rule lets ${protocol} ${port} ${way} ${group}`, stack }
  }

/** What keeps a group from sending to a peer on a port. */
export const out = lacking('egress')

/** What keeps a group from taking what a peer sends to a port. */
export const into = lacking('ingress')

function allows(network: Network, rule: GroupRule, peer: string, protocol: string, port: number): boolean {
  const named = rule.peer === peer || covers(network, rule.peer, peer)
  return named && [protocol, '-1'].includes(rule.protocol) && rule.from <= port && port <= rule.to
}

/** All groups belong to instances and functions inside the VPC, so a rule for its addresses covers them. */
const covers = ({ vpcCidr, groups }: Network, block: string, peer: string): boolean =>
  block === ANYWHERE || (block === vpcCidr && groups.has(peer))
