import type { ServiceSpec } from '../base/manifest-types.ts'

/**
 * What Consul is told of a service whose spec does not say it: its name and port, and one check. Undefined
 * for one that listens nowhere, which is not discovered.
 */
export function derivedDefinition(
  name: string,
  { port, protocol, expose }: Pick<ServiceSpec, 'port' | 'protocol' | 'expose'>,
): object | undefined {
  if (port === undefined) return undefined
  const asked = `HEALTHROUTE:${port}`
  const check = expose
    ? { name: `${name} answers`, http: `http://${asked}${expose.health}` }
    : protocol === 'grpc'
      ? { name: `${name} serves`, grpc: asked }
      : { name: `${name} listens`, tcp: asked }
  return {
    service: { name, port, tags: [protocol], checks: [{ ...check, interval: '1s', timeout: '1s' }] },
  }
}
