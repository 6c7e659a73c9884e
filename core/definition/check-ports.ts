import type { CheckDefinition, ServiceDefinition } from './schema.ts'

/** A port that the Consul servers and the Lambda `consul` must reach to run a definition's checks. */
export interface CheckPort {
  protocol: 'tcp' | 'udp'
  port: number
}

/** Every port that a definition's checks use, each once, in numeric order. */
export function checkPorts(services: readonly ServiceDefinition[]): CheckPort[] {
  const checks = services.flatMap(({ Check, Checks }) => [...(Check ? [Check] : []), ...(Checks ?? [])])
  const ports = new Map(checks.flatMap(portOf).map((found) => [`${found.port}/${found.protocol}`, found]))
  return [...ports.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol))
}

/** The same for each service of an app. */
export const checkedPorts = (definitions: Record<string, ServiceDefinition[]>): Record<string, CheckPort[]> =>
  Object.fromEntries(Object.entries(definitions).map(([service, all]) => [service, checkPorts(all)]))

function portOf({ HTTP, GRPC, H2PING, TCP, UDP }: CheckDefinition): CheckPort[] {
  if (HTTP !== undefined) return portOfUrl(HTTP)
  const address = GRPC ?? H2PING ?? TCP ?? UDP
  if (address === undefined) return []
  // gRPC checks append the name of the checked service: host:port/name.
  const [, port] = address.match(/:(\d+)(\/|$)/) ?? []
  return port === undefined ? [] : [{ protocol: UDP === undefined ? 'tcp' : 'udp', port: Number(port) }]
}

function portOfUrl(url: string): CheckPort[] {
  const [, scheme, , port] = url.match(/^(https?):\/\/([^/:]+)(?::(\d+))?/) ?? []
  if (scheme === undefined) return []
  return [{ protocol: 'tcp', port: port ? Number(port) : scheme === 'https' ? 443 : 80 }]
}
