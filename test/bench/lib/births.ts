import type { ConsulAccess } from '../../../adapters/consul/access.ts'
import { askServer } from '../../live/consul-api.ts'

/** If a service has not become healthy by then, the benchmark fails. */
const LONGEST_MS = 300_000

/**
 * When an instance of each service, or as many as wanted, is first healthy in Consul, in milliseconds since
 * 1970. Uses blocking queries (Consul docs, "Blocking queries"), which answer at once when something changes.
 * @param server the address of a Consul server
 * @param access access to its HTTP API
 */
export async function births(
  server: string,
  access: ConsulAccess,
  services: string[],
  wanted = 1,
): Promise<Map<string, number>> {
  const signal = AbortSignal.timeout(LONGEST_MS)
  const born = async (service: string): Promise<[string, number]> => {
    for (let index = '0'; ; ) {
      const path = `/v1/health/service/${service}?passing&wait=60s&index=${index}`
      const answer = await askServer(server, path, access, { signal })
      if ((JSON.parse(answer.text) as unknown[]).length >= wanted) return [service, Date.now()]
      index = String(answer.headers['x-consul-index'] ?? '0')
    }
  }
  return new Map(await Promise.all(services.map(born)))
}
