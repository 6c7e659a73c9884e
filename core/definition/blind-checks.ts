import type { CheckDefinition, ServiceDefinition } from './schema.ts'
import { opensPort, spokenOf } from './spoken.ts'

/**
 * The services of a definition whose checks see no hang: the system accepts a connection for a program that
 * no longer does anything.
 * @param file of the definition
 * @returns a sentence for each
 */
export function blindChecks(services: readonly ServiceDefinition[], file: string): string[] {
  return services.flatMap(({ Name, Meta, Check, Checks = [] }) => {
    const checks = [...Checks, ...(Check ? [Check] : [])]
    const spoken = spokenOf(Meta) !== undefined
    const isBlind = (check: CheckDefinition): boolean =>
      (opensPort(check) && !spoken) || check.UDP !== undefined
    if (checks.length === 0 || !checks.every(isBlind)) return []
    const called = checks[0]?.Name ? `its check "${checks[0].Name}"` : 'its check'
    return [
      `${file}: ${Name} may hang unseen, as ${called} only opens a port; ask it something by http or grpc; for Redis, set "probe": "redis" in its meta`,
    ]
  })
}
