/**
 * Whom a check asks. It runs on a Consul server, whose own address and role are none of an app's business: so
 * each kind asks the instance, whose address takes the place of the word HEALTHROUTE, and nobody else.
 */
export const ADDRESS_TOKEN = 'HEALTHROUTE'

/** The fields of a check that name a place, as Consul spells them. */
export const PROBES = ['HTTP', 'GRPC', 'TCP', 'UDP', 'H2PING'] as const
export type ProbeKind = (typeof PROBES)[number]

export interface Target {
  protocol: 'tcp' | 'udp'
  port: number
}

/**
 * What Go's net/url and net.Dial read as the instance: user and password, the word, a port, a path without
 * control characters. The word is written in capitals, or nothing takes its place.
 */
const URL =
  /^([Hh][Tt][Tt][Pp][Ss]?):\/\/(?:[\w\-.~!$&'()*+,;=%:]*@)?HEALTHROUTE(?::(\d+))?(?:[/?#]\P{Cc}*)?$/u
const PLACE = /^HEALTHROUTE:(\d+)$/
/** gRPC checks append the name of the service that is asked. */
const GRPC = /^HEALTHROUTE:(\d+)(?:\/\P{Cc}*)?$/u

/** What is wrong with what a check asks; undefined when it is the instance. */
export function targetProblem(kind: ProbeKind, asked: string): string | undefined {
  const port = portOf(kind, asked)
  const example = exampleOf(kind)
  if (port === undefined) return problemOf(kind, asked)
  if (port < 1 || port > 65535) return `must have a port from 1 to 65535, such as ${example}`
  // Go's net/url refuses it each time the check runs.
  if (kind === 'HTTP' && /%(?![0-9a-f]{2})/i.test(asked))
    return 'must have two hexadecimal digits behind each %'
  return undefined
}

/** What each of a check's fields asks that name a place. */
export function placesOf(check: { [kind in ProbeKind]?: string | undefined }): [ProbeKind, string][] {
  return PROBES.flatMap((kind) => {
    const asked = check[kind]
    return asked === undefined ? [] : [[kind, asked]]
  })
}

/** The place that a check asks; undefined for one that asks nobody. */
export function targetOf(check: { [kind in ProbeKind]?: string | undefined }): Target | undefined {
  for (const [kind, asked] of placesOf(check)) {
    const port = portOf(kind, asked)
    if (port !== undefined) return { protocol: kind === 'UDP' ? 'udp' : 'tcp', port }
  }
  return undefined
}

function portOf(kind: ProbeKind, asked: string): number | undefined {
  if (kind === 'HTTP') {
    const [, scheme, port] = URL.exec(asked) ?? []
    if (scheme === undefined) return undefined
    return Number(port ?? (scheme.length === 5 ? 443 : 80))
  }
  const [, port] = (kind === 'GRPC' ? GRPC : PLACE).exec(asked) ?? []
  return port === undefined ? undefined : Number(port)
}

function problemOf(kind: ProbeKind, asked: string): string {
  const example = exampleOf(kind)
  if (kind === 'HTTP' && asked.startsWith('/'))
    return `must be a whole URL; write http://${ADDRESS_TOKEN}:8080${asked}`
  if (kind === 'HTTP' && PLACE.test(asked.replace(/[/?#].*$/, '')))
    return `must be a whole URL; write http://${asked}`
  if (kind !== 'HTTP' && /^HEALTHROUTE(\/|$)/.test(asked)) return `must name a port, such as ${example}`
  return (
    `must ask ${ADDRESS_TOKEN}, as in ${example}: ` +
    'the check runs on a Consul server, where that word becomes the address of the instance'
  )
}

const exampleOf = (kind: ProbeKind): string =>
  kind === 'HTTP' ? `http://${ADDRESS_TOKEN}:8080/healthz` : `${ADDRESS_TOKEN}:8080`
