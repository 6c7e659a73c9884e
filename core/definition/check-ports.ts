import { targetOf } from './check-targets.ts'
import type { ServiceDefinition } from './schema.ts'

/** A port that the Consul servers and the Lambda `consul` must reach to run a definition's checks. */
export interface CheckPort {
  protocol: 'tcp' | 'udp'
  port: number
}

/** Every port that a definition's checks use, each once, in numeric order. */
export function checkPorts(services: readonly ServiceDefinition[]): CheckPort[] {
  const checks = services.flatMap(({ Check, Checks }) => [...(Check ? [Check] : []), ...(Checks ?? [])])
  const targets = checks.flatMap((check) => targetOf(check) ?? [])
  const ports = new Map(targets.map((found) => [`${found.port}/${found.protocol}`, found]))
  return [...ports.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol))
}

/** The same for each service of an app. */
export const checkedPorts = (definitions: Record<string, ServiceDefinition[]>): Record<string, CheckPort[]> =>
  Object.fromEntries(Object.entries(definitions).map(([service, all]) => [service, checkPorts(all)]))
