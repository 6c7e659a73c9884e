import type { Expose } from '../../core/base/manifest-types.ts'

/** Where the exposed services of a stage are reached. */
export type Place =
  /** The local region's gateway, such as `http://localhost:8080`. */
  | { gateway: string }
  /** A stage with a domain: one listener, host rules. */
  | { domain: string; secure: boolean }
  /** A stage without one: each service has its own listener port. */
  | { loadBalancer: string }

/** The public URL of an exposed service. */
export function serviceUrl(expose: Expose, place: Place): string {
  if ('gateway' in place) {
    const gateway = new URL(place.gateway)
    return `http://${expose.host}.localhost:${gateway.port}${expose.path}`
  }
  if ('domain' in place)
    return `${place.secure ? 'https' : 'http'}://${expose.host}.${place.domain}${expose.path}`
  return `http://${place.loadBalancer}:${expose.port}${expose.path}`
}
