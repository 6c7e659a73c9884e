import { placesOf } from './check-targets.ts'
import type { CheckDefinition, ServiceDefinition } from './schema.ts'

/**
 * The services of a definition whose checks see no hang: the system accepts a connection for a program that
 * no longer does anything.
 * @param file of the definition
 * @returns a sentence for each
 */
export function blindChecks(services: readonly ServiceDefinition[], file: string): string[] {
  return services.flatMap(({ Name, Check, Checks = [] }) => {
    const checks = [...Checks, ...(Check ? [Check] : [])]
    if (checks.length === 0 || !checks.every(isBlind)) return []
    const called = checks[0]?.Name ? `its check "${checks[0].Name}"` : 'its check'
    return [
      `${file}: ${Name} may hang unseen, as ${called} only opens a port; ask it something by http or grpc`,
    ]
  })
}

/** With TLS the program itself must answer the handshake. */
const isBlind = (check: CheckDefinition): boolean => {
  const [kind] = placesOf(check)[0] ?? []
  return kind === 'UDP' || (kind === 'TCP' && check.TCPUseTLS !== true)
}
