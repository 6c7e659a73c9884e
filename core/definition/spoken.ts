/**
 * Protocols for which Consul has no check and which the Consul servers' own program speaks instead
 * (apps/platform/consul/prober.go). A service names one in its meta.
 */
const SPOKEN = ['redis'] as const
export type Spoken = (typeof SPOKEN)[number]

/** The key in a service's meta: Consul keeps it and gives it no meaning of its own. */
export const PROBE_META = 'probe'

/** The protocol in which a service's TCP checks are asked; undefined for those that only open a port. */
export const spokenOf = (meta: Record<string, string> | undefined): Spoken | undefined =>
  SPOKEN.find((protocol) => protocol === meta?.[PROBE_META])

/** What a check says of a port to open. */
interface OpenedPort {
  TCP?: string | undefined
  TCPUseTLS?: boolean | undefined
}

/** What a service says of how it is asked. */
interface Asked {
  Meta?: Record<string, string> | undefined
  Check?: OpenedPort | undefined
  Checks?: OpenedPort[] | undefined
}

/** A check that opens a port and no more: with TLS the program itself must answer the handshake. */
export const opensPort = (check: OpenedPort): boolean => check.TCP !== undefined && check.TCPUseTLS !== true

/** What is wrong with a service's protocol; undefined if nothing is. */
export function probeProblem({ Meta, Check, Checks = [] }: Asked): string | undefined {
  if (Meta?.[PROBE_META] === undefined) return undefined
  if (spokenOf(Meta) === undefined) return `must be ${SPOKEN.join(' or ')}, or absent`
  if (![...Checks, ...(Check ? [Check] : [])].some(opensPort))
    return 'needs a check of kind tcp without TLS, which names the port to ask'
  return undefined
}
