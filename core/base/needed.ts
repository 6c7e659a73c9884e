import type { ServiceSpec } from './manifest-types.ts'

/** What an entry of `needs` names: a service, or one of its further ports. */
export interface Needed {
  service: string
  /** A name in `ports` of that service; absent for its `port`. */
  port?: string
}

/** `db`, or `worker:metrics`. */
export function readNeed(need: string): Needed {
  const [service = '', port] = need.split(':')
  return port === undefined ? { service } : { service, port }
}

/** The port that an entry of `needs` opens; undefined for a worker without one. */
export function neededPort(
  services: Record<string, Pick<ServiceSpec, 'port' | 'ports'>>,
  need: string,
): number | undefined {
  const { service, port } = readNeed(need)
  const spec = services[service]
  return port === undefined ? spec?.port : spec?.ports?.[port]
}
