import type { Manifest } from '../base/manifest-types.ts'
import { PLATFORM } from '../base/names.ts'
import { neededPort, readNeed } from '../base/needed.ts'
import type { Stage } from '../base/stage.ts'
import type { CheckPort } from '../definition/check-ports.ts'
import { publicUi } from './public-ui.ts'

/** One end of an edge; `vpc` and `internet` are addresses, the others have a security group. */
export type Party =
  | { kind: 'service'; name: string }
  | { kind: 'load-balancer' | 'consul' | 'consul-function' | 'proxy-function' | 'kafka' | 'vpc' | 'internet' }

/**
 * A permission to connect: one egress rule at `from` and one ingress rule at `to`, where they have a group.
 */
export interface Edge {
  from: Party
  to: Party
  protocol: 'tcp' | 'udp'
  port: number
  lastPort?: number
  why: string
}

/** A target group of the app's own resources that a service's instances join. */
export interface AttachedTargets {
  service: string
  port: number
  protocol: string
}

export interface EdgeInputs {
  manifest: Manifest
  checks: Record<string, CheckPort[]>
  attached: AttachedTargets[]
  stage: Pick<Stage, 'portListeners' | 'domain' | 'certificateArn' | 'consulUiSources'>
}

const CONSUL: Party = { kind: 'consul' }
const FUNCTION: Party = { kind: 'consul-function' }
const PROXY: Party = { kind: 'proxy-function' }
const LOAD_BALANCER: Party = { kind: 'load-balancer' }
const VPC: Party = { kind: 'vpc' }
const INTERNET: Party = { kind: 'internet' }
const KAFKA: Party = { kind: 'kafka' }

/** Where MSK's brokers take clients with certificates ("Port information" of its Developer Guide). */
export const KAFKA_PORT = 9094

/** Consul's ports, from "Required ports" of its documentation. */
export const CONSUL_PORTS = { rpc: 8300, gossip: 8301, https: 8501 } as const

/** The edges of one app: who may connect to whom, on which port and why. Nothing else is open. */
export function networkEdges({ manifest, checks, attached, stage }: EdgeInputs): Edge[] {
  const platform = manifest.app === PLATFORM
  // The Consul servers are the platform's service `consul`, whose group is that of the party `consul`.
  const party = (name: string): Party => ({ kind: 'service', name })
  const edges = Object.entries(manifest.services).flatMap(([name, service]) => {
    const self = party(name)
    const found: Edge[] = [{ from: self, to: INTERNET, protocol: 'tcp', port: 443, why: 'AWS APIs' }]
    if (!platform) found.push(...both(self, VPC, 53, 'names, at the network load balancer'))
    for (const need of service.needs) {
      const port = neededPort(manifest.services, need)
      const to = party(readNeed(need).service)
      if (port !== undefined)
        found.push({ from: self, to, protocol: 'tcp', port, why: `${name} needs ${need}` })
    }
    if (service.kafka)
      found.push({ from: self, to: KAFKA, protocol: 'tcp', port: KAFKA_PORT, why: `topics of ${name}` })
    if (!platform && service.port !== undefined)
      found.push({
        from: PROXY,
        to: self,
        protocol: 'tcp',
        port: service.port,
        why: `people who proxy ${name}`,
      })
    if (service.expose && service.port !== undefined) {
      const { port: listener } = service.expose
      found.push({
        from: LOAD_BALANCER,
        to: self,
        protocol: 'tcp',
        port: service.port,
        why: `${name} is exposed`,
      })
      if (stage.portListeners)
        found.push({
          from: INTERNET,
          to: LOAD_BALANCER,
          protocol: 'tcp',
          port: listener,
          why: `${name} in public`,
        })
    }
    if (service.port !== undefined && publicUi(service, stage))
      found.push({
        from: LOAD_BALANCER,
        to: self,
        protocol: 'tcp',
        port: service.port,
        why: 'user interface',
      })
    for (const { protocol, port } of checks[name] as CheckPort[]) {
      found.push({ from: CONSUL, to: self, protocol, port, why: `checks of ${name}` })
      found.push({ from: FUNCTION, to: self, protocol, port, why: `probes of ${name}` })
    }
    return found
  })
  // Without security groups of its own a network load balancer hands on the client's address, so the targets
  // let the whole VPC in ("Target groups for your Network Load Balancers", client IP preservation).
  for (const { service, port, protocol } of attached) {
    if (protocol !== 'UDP')
      edges.push({ from: VPC, to: party(service), protocol: 'tcp', port, why: `clients of ${service}` })
    if (protocol.endsWith('UDP'))
      edges.push({ from: VPC, to: party(service), protocol: 'udp', port, why: `clients of ${service}` })
  }
  if (manifest.kafka)
    edges.push({ from: FUNCTION, to: KAFKA, protocol: 'tcp', port: KAFKA_PORT, why: 'topics and rights' })
  if (Object.values(manifest.services).some(({ kind }) => kind === 'consulserver'))
    edges.push(...amongServers())
  return distinct(edges)
}

function amongServers(): Edge[] {
  const { rpc, gossip, https } = CONSUL_PORTS
  return [
    { from: CONSUL, to: CONSUL, protocol: 'tcp', port: rpc, lastPort: gossip, why: 'RPC and gossip' },
    { from: CONSUL, to: CONSUL, protocol: 'udp', port: gossip, why: 'gossip' },
    { from: CONSUL, to: CONSUL, protocol: 'tcp', port: https, why: 'is there a leader' },
    // The egress rules of the Lambda's group to this port, and to the secrets, belong to the control plane's
    // network.
    { from: FUNCTION, to: CONSUL, protocol: 'tcp', port: https, why: 'HTTP API' },
  ]
}

const both = (from: Party, to: Party, port: number, why: string): Edge[] => [
  { from, to, protocol: 'tcp', port, why },
  { from, to, protocol: 'udp', port, why },
]

/** One rule per path: a port that is both exposed and checked has one edge from each side that asks it. */
function distinct(edges: Edge[]): Edge[] {
  const key = ({ from, to, protocol, port }: Edge) => [partyName(from), partyName(to), protocol, port].join()
  return [...new Map(edges.toReversed().map((edge) => [key(edge), edge])).values()].toReversed()
}

/** A party's name in logical ids and descriptions. */
export function partyName(party: Party): string {
  return party.kind === 'service' ? party.name : party.kind
}
